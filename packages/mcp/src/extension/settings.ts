import { SCHEMA_VERSION } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";

/** How the audit extension is used. */
export interface ExtensionOptions {
	/** The identifier it is negotiated under. @default {@link AUDIT_EXTENSION} */
	readonly id?: string;
	/** Servers: name the event of each answer to clients that declared the extension. @default false */
	readonly receipts?: boolean;
	/** Servers: refuse requests of clients that did not declare it, with -32021. @default false */
	readonly mandatory?: boolean;
	/** Servers: take A2A ids from `baggage`, too (`a2a.context_id`, `a2a.task_id`). @default false */
	readonly a2aBaggage?: boolean;
}

/** What a server says of itself under the identifier. */
export const serverSettings = (options: ExtensionOptions): JsonObject => ({
	schemaVersions: [SCHEMA_VERSION],
	correlation: true,
	receipts: options.receipts === true,
	mandatory: options.mandatory === true,
});

/** What a client says of itself under the identifier. */
export const clientSettings = (): JsonObject => ({ schemaVersions: [SCHEMA_VERSION] });

const isOurs = (version: unknown): boolean =>
	typeof version === "string" && version.length <= 8 && version.startsWith("1.");

/**
 * True when capabilities declare the extension in a version that both sides know. An empty object is a declaration; a
 * list without a version in common is none.
 */
export function declares(capabilities: unknown, id: string): boolean {
	try {
		const extensions = isObject(capabilities) ? capabilities["extensions"] : undefined;
		if (!isObject(extensions) || !Object.hasOwn(extensions, id)) return false;
		const settings = extensions[id];
		if (!isObject(settings)) return false;
		const versions = settings["schemaVersions"];
		if (versions === undefined) return true;
		return Array.isArray(versions) && versions.slice(0, 32).some(isOurs);
	} catch {
		return false;
	}
}
