import { Buffer } from "node:buffer";
import type { StoredEvent } from "@mcp-trail/event";
import { cleanText } from "@mcp-trail/event";
import fc from "fast-check";
import { cefFormat, cefMapping } from "../src/lines/cef.ts";
import { leefFormat, leefMapping } from "../src/lines/leef.ts";
import type { LeefOptions } from "../src/lines/leef.ts";
import { rfc5424CefMapping, rfc5424Format, rfc5424Mapping } from "../src/lines/rfc5424.ts";
import type { SyslogOptions } from "../src/lines/rfc5424.ts";
import type { Mapping } from "../src/mapping.ts";
import { hostileEvent } from "./hostile-event.ts";
import { parseCef, parseLeef, parseSyslog } from "./line-parsers.ts";
import type { ParsedLine } from "./line-parsers.ts";

const caps = [2_048, 4_096, 8_096, 65_535] as const;

/**
 * Writes hostile events in every line format at every cap, and throws what is wrong with the first line that is;
 * tells how many CEF lines had to leave something out.
 */
export function judgeHostileEvents(runs: number): { readonly trimmedLines: number } {
	let trimmedLines = 0;
	fc.assert(
		fc.property(
			hostileEvent,
			fc.constantFrom(...caps),
			fc.constantFrom<NonNullable<LeefOptions["delimiter"]>>("\t", "^", "~", "#"),
			({ event }, maxBytes, delimiter) => {
				const cef = cefFormat({ maxBytes }).project(event);
				const leef = leefFormat({ maxBytes, delimiter }).project(event);
				const wrong = [
					...ends(cef, maxBytes),
					...judgeCef(cef, event),
					...ends(leef, maxBytes),
					...judgeLeef(leef, event, delimiter),
				];
				for (const body of ["none", "cef", "json"] as const) {
					const line = rfc5424Format({ maxBytes, body }).project(event);
					wrong.push(...ends(line, maxBytes), ...judgeSyslog(line, event, body));
				}
				if (wrong.length > 0) throw new Error(wrong.join("; "));
				if (cef.includes(" mcpTrailTrimmed=")) trimmedLines += 1;
			},
		),
		{ numRuns: runs },
	);
	return { trimmedLines };
}

/** The member of an event at a path. */
function at(event: unknown, path: readonly string[]): unknown {
	const [name, ...below] = path;
	if (name === undefined || event === undefined) return event;
	return at(
		event instanceof Object && Object.hasOwn(event, name) ? Reflect.get(event, name) : undefined,
		below,
	);
}

/** What the formats show of a text, and of every text in a list or block. */
function shown(value: unknown): unknown {
	if (typeof value === "string") return cleanText(value, Number.POSITIVE_INFINITY) ?? "";
	if (Array.isArray(value)) return value.map(shown);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, below]) => [name, shown(below)]));
}

/** What the mapping page says that a line holds of an event, by key and in order. */
function promised(
	event: StoredEvent,
	mapping: Mapping<string>,
	part: string,
	delimiter = "\t",
): Map<string, string> {
	const fields = new Map<string, string>();
	for (const { to, from, as } of mapping.parts.find(({ title }) => title === part)?.rows ?? []) {
		const value = from === undefined ? undefined : at(event, from.split("."));
		const said = as === undefined || value === undefined ? value : as.of(value, event);
		if (said === undefined || said === "" || fields.has(to)) continue;
		const code = delimiter.charCodeAt(0).toString(16);
		const text =
			typeof said === "object"
				? JSON.stringify(shown(said)).replaceAll(delimiter, `\\u00${code}`)
				: String(shown(said)).replaceAll(delimiter, `\\u{${code}}`);
		fields.set(to, text);
	}
	for (const key of fields.keys())
		if (key.endsWith("Label") && !fields.has(key.slice(0, -5))) fields.delete(key);
	return fields;
}

interface Keys {
	readonly trimmed: string;
	readonly rest: string;
	/** Never left out, at any length and whatever a peer sent. */
	readonly kept: readonly string[];
}

const cefKeys: Keys = {
	trimmed: "mcpTrailTrimmed",
	rest: "mcpTrailRest",
	kept: ["rt", "externalId", "deviceExternalId", "cn1", "cs5"],
};
const leefKeys: Keys = {
	trimmed: "trimmed",
	rest: "rest",
	kept: ["devTime", "sev", "id", "stream", "sequence", "hash"],
};
const syslogKeys: Keys = {
	trimmed: "trimmed",
	rest: "rest",
	kept: ["id", "type", "severity", "integrity.stream_id", "integrity.sequence", "integrity.hash"],
};

/**
 * Says what is wrong with the pairs of a line: a key that is forged, twice, or gone without a word,
 * and a value that is not the event's, nor its marked beginning.
 */
function wrongs(pairs: ParsedLine["pairs"], fields: Map<string, string>, keys: Keys): string[] {
	const wrong: string[] = [];
	const found = new Map(pairs);
	if (found.size !== pairs.length) wrong.push("a key comes twice");
	const trimmed = found.get(keys.trimmed)?.split(",") ?? [];
	const rest = found.get(keys.rest);
	if (rest !== undefined && typeof JSON.parse(rest) !== "object") wrong.push("rest is no block");
	for (const [key, value] of pairs) {
		if (key === keys.trimmed || key === keys.rest) continue;
		const whole = fields.get(key);
		if (whole === undefined) wrong.push(`${key} is forged`);
		else if (value !== whole) {
			const beginning = trimmed.includes(key) && value.endsWith("…") && value.slice(0, -1);
			if (beginning === false || !whole.startsWith(beginning)) wrong.push(`${key} differs`);
			const cut = value.length - 1;
			for (const { index, 0: escape } of whole.matchAll(/\\u\{[0-9a-f]+\}/g))
				if (index < cut && cut < index + escape.length) wrong.push(`${key}: an escape is cut`);
		}
	}
	let gone = false;
	for (const key of fields.keys()) {
		if (key.endsWith("Label") && fields.has(key.slice(0, -5))) continue;
		if (!found.has(key) && !trimmed.includes(key)) wrong.push(`${key} is missing`);
		if (found.has(key) && gone) wrong.push(`${key} is kept before a more important one`);
		gone ||= !found.has(key);
	}
	for (const key of keys.kept)
		if (fields.has(key) && !found.has(key)) wrong.push(`${key} is left out`);
	return wrong;
}

const ends = (text: string, maxBytes: number): string[] => [
	...(Buffer.byteLength(text) > maxBytes ? [`${Buffer.byteLength(text)} bytes`] : []),
	...(Buffer.from(text).toString() === text ? [] : ["not well-formed"]),
];

const differs = (what: string, is: unknown, ought: unknown): string[] =>
	String(is) === String(ought) ? [] : [`${what}: ${String(is)}, not ${String(ought)}`];

function judgeCef(line: string, event: StoredEvent): string[] {
	const { header, pairs } = parseCef(line);
	const said = promised(event, cefMapping, "Header");
	const words = [
		"mcp-trail",
		"mcp-trail",
		"1.0",
		event.type,
		said.get("Name"),
		said.get("Severity"),
	];
	return [
		...differs("header", header.join("|"), words.join("|")),
		...wrongs(pairs, promised(event, cefMapping, "Extension"), cefKeys),
	];
}

function judgeLeef(line: string, event: StoredEvent, delimiter: string): string[] {
	const { header, pairs } = parseLeef(line);
	return [
		...differs("header", header.join("|"), `mcp-trail|mcp-trail|1.0|${event.type}`),
		...wrongs(pairs, promised(event, leefMapping, "Attributes", delimiter), leefKeys),
	];
}

/** A header field that RFC 5424 can say is the event's; any other is `-`. */
const sayable = (value: string | undefined, max: number): string =>
	value !== undefined && /^[!-~]+$/.test(value) && value.length <= max ? value : "-";

function judgeSyslog(line: string, event: StoredEvent, body: SyslogOptions["body"]): string[] {
	const { pri, appName, msgid, hostname, procid, data, message, bom } = parseSyslog(line);
	const params = data[1]?.params ?? [];
	const fellBack = new Map(params).get("trimmed")?.split(",").includes("MSG") ?? false;
	const alone = body === "none" || fellBack;
	const mapping = alone ? rfc5424Mapping : rfc5424CefMapping;
	const wrong = [
		...differs("facility", pri >> 3, 13),
		...differs("APP-NAME", appName, "mcp-trail"),
		...differs("MSGID", msgid, sayable(event.type, 32)),
		...differs("HOSTNAME", hostname, sayable(event.producer.host, 255)),
		...differs("PROCID", procid, sayable(event.producer.instance, 128)),
		...differs("elements", data.map(({ id }) => id).join(), "meta,mcp-trail@32473"),
		...differs("meta", data[0]?.params.join(), `sequenceId,${event.integrity.sequence}`),
		...wrongs(params, promised(event, mapping, "Structured data"), syslogKeys),
	];
	if (alone) return [...wrong, ...differs("message", message, undefined)];
	const text = message ?? "";
	wrong.push(...differs("byte order mark", bom, /[^\0-\u{7f}]/u.test(text)));
	if (body === "cef") return [...wrong, ...judgeCef(text, event)];
	return [...wrong, ...differs("JSON", JSON.stringify(JSON.parse(text)), JSON.stringify(event))];
}
