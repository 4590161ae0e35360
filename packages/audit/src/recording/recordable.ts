import { isKnownType, patterns, type NewEvent } from "@mcp-trail/event";

const extType = new RegExp(patterns.extType, "u");

/** True for an object of a type of this version, or of an application's own. */
export function isRecordable(value: unknown): value is NewEvent {
	if (typeof value !== "object" || value === null) return false;
	const type: unknown = Reflect.get(value, "type");
	return typeof type === "string" && (isKnownType(type) || extType.test(type));
}
