import { members } from "../src/schema/event.ts";
import { typeMeanings } from "../src/schema/type-meanings.ts";
import { bounds } from "../src/bounds.ts";
import { patterns } from "../src/patterns.ts";
import { severityByReason, severityByStatus, severityByType } from "../src/severity.ts";
import { trimmingOrder } from "../src/trim-to-fit.ts";
import {
	SCHEMA_VERSION,
	eventTypes,
	findingRules,
	reasons,
	requiredBlocks,
} from "../src/vocabulary.ts";
import { fieldsOf, kindOf } from "./model.ts";
import type { Field, Holds } from "./model.ts";

/** Text of docs/event.md. */
export function docsFile(): string {
	const fields = fieldsOf(members);
	const blocks = new Map<string, string>();
	for (const field of fields) addBlocks(field.name, field.holds, blocks);
	return (
		[
			`<!-- Generated from packages/event/src/schema/ by \`npm run generate\`. Do not edit. -->`,
			`# The audit event, version ${SCHEMA_VERSION}`,
			"One event says one thing that happened on the Model Context Protocol, or to the trail itself. It is one flat JSON object; blocks are optional objects one level down. The MCP method is data, not a type. What is here is generated from the same source as [`1.0.schema.json`](../schemas/event/1.0.schema.json) (closed: what a 1.0 recorder may write), [`1.reader.schema.json`](../schemas/event/1.reader.schema.json) (open: what a reader of version 1 takes) and the TypeScript types.",
			"## Kinds",
			kinds(),
			"## Types",
			"All `mcp.*` events need `actor` and `recording`. Nothing else is forbidden: any block may ride on any event that it says something about. An application's own type is `ext.<reversed domain>.<word>`, with its data in `labels`.",
			types(),
			"## The event",
			"Members are stored in this order.",
			table(fields),
			"## Blocks",
			...blocks.values(),
			"## Reasons",
			"An open list; a later version and applications add words.",
			rows(
				["layer", "reasons"],
				Object.entries(reasons).map(([layer, words]) => [layer, words.map(code).join(" ")]),
			),
			"## Findings",
			"The rules that this recorder has, by `finding.rule`; an open list, applications add their own. Nothing is refused for a finding. That a server differs from its entry in a registry is none of them: nothing is fetched here, so that only an application can compare the two; a registry that it reads is told by `mcp.discovery.read`, which says when an entry has changed.",
			rows(
				["rule", "what it looks for"],
				Object.entries(findingRules).map(([rule, title]) => [code(rule), title]),
			),
			"## Severity",
			"An event has the highest severity that its type, its status and its reason ask for, else `informational`.",
			rows(
				["asked by", "severity"],
				[severityByType, severityByStatus, severityByReason].flatMap((severities) =>
					Object.entries(severities).map(([name, severity]) => [code(name), severity]),
				),
			),
			"## Bounds",
			`A stored line has at most ${bounds.lineBytes.toLocaleString("en")} bytes without its line feed. An event over that loses, in this order and until it fits: ${trimmingOrder
				.map((step) => step.map((path) => code(path.join("."))).join(" and "))
				.join("; ")}. It then says \`recording.trimmed\`.`,
			"",
		]
			.join("\n\n")
			.trimEnd() + "\n"
	);
}

function kinds(): string {
	return rows(
		["kind", "what it holds"],
		[
			[
				"`text(n)`",
				"1 to n characters (Unicode code points). No control (C0, C1, DEL), bidirectional, zero-width, line-separator, soft-hyphen, BOM or tag character and no lone surrogate; the recorder writes such a character as visible `\\u{202e}` and cuts at n",
			],
			[
				"`uri(n)`",
				"`text(n)` without user info, query and fragment; of `data:` only the media type",
			],
			["`word`", `machine vocabulary, ${code(patterns.word)}`],
			["`id`, `id7`", "lower-case UUID, UUIDv7"],
			["`time`", "RFC 3339 UTC with exactly three decimals, such as `2026-11-20T10:15:30.123Z`"],
			["`int`", "integer from 0 to 2^53−1; there are no floats"],
			["`digest`", "`sha256:` and 64 hexadecimal digits, of public things"],
			[
				"`keyed`",
				"`hmac-sha256:<key id>:` and 64 hexadecimal digits, of anything private or guessable",
			],
			["closed list", "a value of the list; no 1.x adds one"],
			[
				"open list → f",
				"a value of the list; a later version may add some, and a reader takes an unknown one as `f`",
			],
			["†", "the peer's own word, never evidence"],
		],
	);
}

function types(): string {
	return rows(["type", "says", "must have"], eventTypes.map(typeLine));
}

function typeLine(type: (typeof eventTypes)[number]): readonly string[] {
	const required: readonly string[] = requiredBlocks[type];
	const own = required.filter((name) => name !== "actor" && name !== "recording");
	const phase = type === "mcp.request" ? "; with `phase` `outcome` also `outcome`" : "";
	return [code(type), typeMeanings[type], own.map(code).join(", ") + phase];
}

function addBlocks(path: string, holds: Holds, blocks: Map<string, string>): void {
	if (holds.is === "list") addBlocks(`${path}[]`, holds.item, blocks);
	if (holds.is !== "block") return;
	blocks.set(path, `### \`${path}\`\n\n${holds.about}\n\n${table(holds.fields)}`);
	for (const field of holds.fields) addBlocks(`${path}.${field.name}`, field.holds, blocks);
}

function table(fields: readonly Field[]): string {
	return rows(
		["member", "kind", "required", "meaning", "same as"],
		fields.map(({ name, holds, fallback, required, meaning, peer, same }) => [
			code(name),
			kindCell(holds, fallback),
			required ? "yes" : "",
			(peer === true ? "† " : "") + meaning,
			same ?? "",
		]),
	);
}

function kindCell(holds: Holds, fallback: string | undefined): string {
	if (holds.is === "block") return "block";
	if (holds.is === "list" && holds.item.is === "block") return `≤ ${holds.max} × block`;
	if (holds.is !== "values") return kindOf(holds);
	const values = holds.values.map(code).join(" ");
	if (holds.kind === "const") return values;
	return fallback === undefined ? `closed: ${values}` : `open: ${values} → ${code(fallback)}`;
}

function rows(head: readonly string[], body: readonly (readonly string[])[]): string {
	return [row(head), row(head.map(() => "---")), ...body.map(row)].join("\n");
}

function row(cells: readonly string[]): string {
	return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function code(words: string): string {
	return `\`${words}\``;
}
