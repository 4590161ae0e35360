import { isCallback, member } from "../hook/loose.ts";
import type { JsonObject } from "../json-object.ts";

/** Declares the extension by the SDK's own means, which both generations have; false once it is too late. */
export function advertise(target: unknown, id: string, settings: JsonObject): boolean {
	const inner = member(target, "server");
	const low = isCallback(member(inner, "registerCapabilities")) ? inner : target;
	const register = member(low, "registerCapabilities");
	if (!isCallback(register)) return false;
	try {
		Reflect.apply(register, low, [{ extensions: { [id]: settings } }]);
		return true;
	} catch {
		return false;
	}
}
