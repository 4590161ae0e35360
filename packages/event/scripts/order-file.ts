import { members } from "../src/schema/event.ts";
import { fieldsOf } from "./model.ts";
import type { Field } from "./model.ts";

/** Text of member-order.gen.ts: the names of every block's members, in stored order. */
export function orderFile(): string {
	const lines: string[] = [];
	addOrder("", fieldsOf(members), lines);
	return [
		"// Generated from src/schema/ by `npm run generate`. Do not edit.\n",
		"/**",
		' * The order in which a stored line has its members, by path: the event itself is `""`, a block',
		" * within a block `actor.principal`, the items of a list stand under the path of the list.",
		" */",
		"export const memberOrder: Readonly<Record<string, readonly string[]>> = {",
		...lines,
		"};\n",
	].join("\n");
}

function addOrder(path: string, fields: readonly Field[], lines: string[]): void {
	const names = fields.map(({ name }) => JSON.stringify(name));
	lines.push(`\t${JSON.stringify(path)}: [${names.join(", ")}],`);
	for (const { name, holds } of fields) {
		const inner = holds.is === "list" ? holds.item : holds;
		if (inner.is === "block") addOrder(path === "" ? name : `${path}.${name}`, inner.fields, lines);
	}
}
