import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";
import { isOpaque } from "./claim.ts";
import { prefixOf } from "./identifier.ts";

/** The key SEP-2817 (draft) asks for; until it is accepted, it stands under a vendor's prefix. */
const RESERVED = "io.modelcontextprotocol/aiInvocation";

/** The turn a request belongs to, by SEP-2817: of its object only the id is read, never a text. */
export function turnIdOf(meta: JsonObject | undefined, extension: string): string | undefined {
	try {
		for (const key of [RESERVED, `${prefixOf(extension)}aiInvocation`]) {
			const context = meta?.[key];
			if (isObject(context) && isOpaque(context["turnId"])) return context["turnId"];
		}
	} catch {
		// What cannot be read says nothing.
	}
	return undefined;
}
