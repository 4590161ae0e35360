import { z } from "zod";
import { members } from "../src/schema/event.ts";

interface Meta {
	readonly description?: string;
	readonly block?: string;
	readonly about?: string;
	readonly kind?: string;
	readonly fallback?: string;
	readonly same?: string;
	readonly peer?: boolean;
}

/** TypeScript of types.gen.ts: one interface per block, every field with its docstring. */
export function typesFile(): string {
	const blocks = new Map<string, string>();
	const { integrity, ...audit } = members;
	const body = interfaceBody(audit, blocks);
	const stored = interfaceBody({ integrity }, blocks);
	return [
		"// Generated from src/schema/ by `npm run generate`. Do not edit.\n",
		`import type { EventType } from "./vocabulary.ts";\n`,
		...blocks.values(),
		`/** One thing that happened on the Model Context Protocol, or to the trail itself; complete but for its place in the chain. */\nexport interface AuditEvent {\n${body}}\n`,
		`/** What is stored and sent: an event with its place in the chain. */\nexport interface StoredEvent extends AuditEvent {\n${stored}}\n`,
		`/** What an observer or an application hands over; the recorder adds id, schema version and producer, and the time where it is absent. */\nexport interface NewEvent extends Omit<AuditEvent, "id" | "time" | "schema_version" | "producer"> {\n\t/** ${members.time.meta()?.description} @default now */\n\treadonly time?: AuditEvent["time"];\n}\n`,
	].join("\n");
}

function interfaceBody(
	shape: Readonly<Record<string, z.ZodType>>,
	blocks: Map<string, string>,
): string {
	let body = "";
	for (const [name, member] of Object.entries(shape)) {
		const optional = member instanceof z.ZodExactOptional;
		const kind = optional ? (member.unwrap() as z.ZodType) : member;
		body += `\t/** ${docOf(kind)} */\n`;
		body += `\treadonly ${name}${optional ? "?" : ""}: ${typeOf(kind, blocks)};\n`;
	}
	return body;
}

function docOf(kind: z.ZodType): string {
	const { description = "", ...meta } = (kind.meta() ?? {}) as Meta;
	const inner = kind instanceof z.ZodArray ? ((kind.element as z.ZodType).meta() as Meta) : meta;
	const notes = [
		inner?.block === undefined && inner?.kind !== undefined && kindOf(kind, inner),
		meta.fallback !== undefined && `a reader takes an unknown value as \`${meta.fallback}\``,
		meta.peer && "the peer's own word, never evidence",
		meta.same !== undefined && `same as ${meta.same}`,
	].filter((note) => typeof note === "string");
	return notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
}

function kindOf(kind: z.ZodType, inner: Meta): string {
	if (!(kind instanceof z.ZodArray)) return inner.kind ?? "";
	const max = kind._zod.bag["maximum"] ?? "";
	return `≤ ${String(max)} × ${inner.kind}`;
}

function typeOf(kind: z.ZodType, blocks: Map<string, string>): string {
	if (kind instanceof z.ZodObject) {
		const { block, about } = kind.meta() as Meta;
		const name = block ?? "object";
		if (!blocks.has(name)) {
			const body = interfaceBody(kind.shape as Record<string, z.ZodType>, blocks);
			blocks.set(name, `/** ${about} */\nexport interface ${name} {\n${body}}\n`);
		}
		return name;
	}
	if (kind instanceof z.ZodArray) return `readonly ${typeOf(kind.element as z.ZodType, blocks)}[]`;
	if (kind instanceof z.ZodEnum)
		return kind.options.map((value) => JSON.stringify(value)).join(" | ");
	if (kind instanceof z.ZodLiteral) return JSON.stringify(kind.value);
	if (kind instanceof z.ZodBoolean) return "boolean";
	if (kind instanceof z.ZodNumber) return "number";
	if (kind instanceof z.ZodRecord) return "Readonly<Record<string, string>>";
	if (kind instanceof z.ZodUnion) return "EventType";
	if (kind instanceof z.ZodString) return "string";
	throw new TypeError(`No TypeScript form for a zod ${kind.type}; add one to types-file.ts.`);
}
