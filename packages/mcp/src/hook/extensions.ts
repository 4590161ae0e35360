import { bounds, cleanText } from "@mcp-trail/event";
import { isObject } from "./frame.ts";
import type { JsonObject } from "../json-object.ts";

const MAX_NAMES = bounds.items["mcp.extensions"];

/** What capabilities say of extensions. */
export function extensionsIn(capabilities: unknown): JsonObject | undefined {
	const extensions = isObject(capabilities) ? capabilities["extensions"] : undefined;
	return isObject(extensions) ? extensions : undefined;
}

/** The identifiers that both sides declared, as the server orders them; undefined where there is none. */
export function negotiated(client: JsonObject, server: JsonObject): readonly string[] | undefined {
	const names: string[] = [];
	for (const id of Object.keys(server)) {
		const name = Object.hasOwn(client, id) ? cleanText(id, 128) : undefined;
		if (name !== undefined && names.push(name) === MAX_NAMES) break;
	}
	return names.length > 0 ? names : undefined;
}
