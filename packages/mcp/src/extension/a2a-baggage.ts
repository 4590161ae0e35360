import type { JsonObject } from "../json-object.ts";
import { isOpaque, type A2aIds } from "./claim.ts";

/** W3C Baggage asks for 8,192 bytes; what is longer is not read. */
const MAX_BAGGAGE = 8192;
const MAX_MEMBERS = 64;

/** The only keys that are read; a peer may put anything into its baggage. */
const allowed: ReadonlyMap<string, keyof A2aIds> = new Map([
	["a2a.context_id", "contextId"],
	["a2a.task_id", "taskId"],
]);

function decoded(value: string): string | undefined {
	try {
		return decodeURIComponent(value);
	} catch {
		return undefined;
	}
}

/** A2A ids from the `baggage` of a request's `_meta`, for peers without the extension. */
export function a2aFromBaggage(meta: JsonObject | undefined): A2aIds | undefined {
	const baggage = meta?.["baggage"];
	if (typeof baggage !== "string" || baggage.length > MAX_BAGGAGE) return undefined;
	const ids: { -readonly [K in keyof A2aIds]: A2aIds[K] } = {};
	for (const member of baggage.split(",", MAX_MEMBERS)) {
		const [pair = ""] = member.split(";", 1);
		const at = pair.indexOf("=");
		const name = at < 0 ? undefined : allowed.get(pair.slice(0, at).trim());
		const value = name && decoded(pair.slice(at + 1).trim());
		if (name && isOpaque(value)) ids[name] ??= value;
	}
	return Object.keys(ids).length > 0 ? ids : undefined;
}
