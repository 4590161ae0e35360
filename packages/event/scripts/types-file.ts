import { members } from "../src/schema/event.ts";
import { fieldsOf, kindOf } from "./model.ts";
import type { Field, Holds } from "./model.ts";

/** Text of types.gen.ts: one interface per block, every field with its docstring. */
export function typesFile(): string {
	const { integrity, ...audit } = members;
	const fields = fieldsOf(members);
	const blocks = new Map<string, string>();
	for (const field of fields) addBlocks(field.holds, blocks);
	const time = fields.find((field) => field.name === "time");
	const id = fields.find((field) => field.name === "id");
	return [
		"// Generated from src/schema/ by `npm run generate`. Do not edit.\n",
		`import type { EventType } from "./vocabulary.ts";\n`,
		...blocks.values(),
		"/** One thing that happened on the Model Context Protocol, or to the trail itself; complete but for its place in the chain. */",
		`export interface AuditEvent {\n${body(fieldsOf(audit))}}\n`,
		"/** What is stored and sent: an event with its place in the chain. */",
		`export interface StoredEvent extends AuditEvent {\n${body(fieldsOf({ integrity }))}}\n`,
		"/** What an observer or an application hands over; the recorder adds schema version and producer, and id and time where they are absent. */",
		`export interface NewEvent extends Omit<AuditEvent, "id" | "time" | "schema_version" | "producer"> {`,
		`\t/** ${id?.meaning} Given where another event names it (\`operation.intent_id\`). @default a new one */\n\treadonly id?: AuditEvent["id"];\n` +
			`\t/** ${time?.meaning} @default now */\n\treadonly time?: AuditEvent["time"];\n}\n`,
	].join("\n");
}

function addBlocks(holds: Holds, blocks: Map<string, string>): void {
	if (holds.is === "list") addBlocks(holds.item, blocks);
	if (holds.is !== "block" || blocks.has(holds.name)) return;
	for (const field of holds.fields) addBlocks(field.holds, blocks);
	const { name, about, fields } = holds;
	blocks.set(name, `/** ${about} */\nexport interface ${name} {\n${body(fields)}}\n`);
}

function body(fields: readonly Field[]): string {
	return fields
		.map(
			(field) =>
				`\t/** ${docOf(field)} */\n` +
				`\treadonly ${field.name}${field.required ? "" : "?"}: ${typeOf(field.holds)};\n`,
		)
		.join("");
}

function docOf({ meaning, holds, fallback, peer, same }: Field): string {
	const notes = [
		holds.is === "block" ? "" : kindOf(holds),
		fallback === undefined ? "" : `a reader takes an unknown value as \`${fallback}\``,
		peer === true ? "the peer's own word, never evidence" : "",
		same === undefined ? "" : `same as ${same}`,
	].filter((note) => note !== "");
	return notes.length === 0 ? meaning : `${meaning} (${notes.join("; ")})`;
}

function typeOf(holds: Holds): string {
	if (holds.is === "block") return holds.name;
	if (holds.is === "list") return `readonly ${typeOf(holds.item)}[]`;
	if (holds.is === "values") return holds.values.map((value) => JSON.stringify(value)).join(" | ");
	return holds.type;
}
