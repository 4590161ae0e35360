import { readFileSync } from "node:fs";

/** What a field of the event holds, as an index must know it. */
export type EventFieldType = "boolean" | "content" | "date" | "keyword" | "labels" | "long";

/** A schema, as far as it is read here. */
interface Schema {
	readonly $ref?: string;
	readonly $defs?: Readonly<Record<string, Schema>>;
	readonly type?: string;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly items?: Schema;
	readonly maxLength?: number;
	readonly pattern?: string;
}

const schema: Schema = JSON.parse(
	readFileSync(new URL("../../../schemas/event/1.reader.schema.json", import.meta.url), "utf8"),
);

/** Longer texts are content, which no keyword field holds. */
const LONGEST_KEYWORD = 1_024;

/** Every field of an event by its path, such as `actor.delegation.id`; an array's is its members'. */
export function eventFields(): ReadonlyMap<string, EventFieldType> {
	const fields = new Map<string, EventFieldType>();
	function walk(node: Schema, path: string): void {
		const { $ref, type, properties, items, maxLength = 0, pattern = "" } = node;
		const below = (name: string): string => (path === "" ? name : `${path}.${name}`);
		const referred = $ref === undefined ? undefined : schema.$defs?.[$ref.split("/").at(-1) ?? ""];
		if (referred !== undefined) walk(referred, path);
		else if (properties !== undefined)
			for (const [name, member] of Object.entries(properties)) walk(member, below(name));
		else if (items !== undefined) walk(items, path);
		else if (type === "object") fields.set(path, "labels");
		else if (type === "integer") fields.set(path, "long");
		else if (type === "boolean") fields.set(path, "boolean");
		else if (maxLength > LONGEST_KEYWORD) fields.set(path, "content");
		else fields.set(path, pattern.startsWith("^[0-9]{4}-(0[1-9]") ? "date" : "keyword");
	}
	walk(schema, "");
	return fields;
}
