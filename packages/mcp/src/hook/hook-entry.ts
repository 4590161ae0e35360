import { markEntry } from "./http-ticket.ts";
import { isCallback, member, override } from "./loose.ts";

/**
 * Hooks what `createMcpHandler()` returned: an entry answers 202 to what it drops as to what it takes, so that an edge
 * around it has to know that it was one.
 */
export function hookEntry(handler: unknown, key: unknown): void {
	const serve = member(handler, "fetch");
	if (typeof handler !== "object" || handler === null || !isCallback(serve)) return;
	// What cannot be hooked is left alone: all but that one answer is seen without it.
	if (Object.getOwnPropertyDescriptor(handler, "fetch")?.configurable === false) return;
	if (!Object.isExtensible(handler) && !Object.hasOwn(handler, "fetch")) return;
	override(handler, "fetch", function (this: unknown, ...args) {
		markEntry(key);
		return Reflect.apply(serve, this, args);
	});
}
