import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import type { StoredEvent } from "@mcp-trail/event";
import { cleanText } from "@mcp-trail/event";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { examples } from "../../scripts/examples.ts";
import { hostileEvent, hostileText } from "../../scripts/hostile-event.ts";
import { parseCef, parseLeef, parseSyslog } from "../../scripts/line-parsers.ts";
import type { ParsedLine } from "../../scripts/line-parsers.ts";
import { cefFormat, cefMapping } from "./cef.ts";
import { leefFormat, leefMapping } from "./leef.ts";
import type { LeefOptions } from "./leef.ts";
import type { Mapping } from "../mapping.ts";
import { rfc5424CefMapping, rfc5424Format, rfc5424Mapping } from "./rfc5424.ts";
import type { SyslogOptions } from "./rfc5424.ts";
import { writeFields } from "./fields.ts";

/** The member of an event at a path. */
function at(event: unknown, path: readonly string[]): unknown {
	const [name, ...below] = path;
	if (name === undefined || event === undefined) return event;
	return at(
		event instanceof Object && Object.hasOwn(event, name) ? Reflect.get(event, name) : undefined,
		below,
	);
}

const runs = 10_000;
const caps = [2_048, 4_096, 8_096, 65_535] as const;

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

/** What a program without types passes. */
const asAny = (value: string): never => value as never;

describe("the line formats", () => {
	it(
		`[formats.forgery] ${runs} hostile events make one record each, without a forged key or an unmarked cut`,
		{ timeout: 300_000 },
		() => {
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
			// The generator must reach the limits, and must not live beyond them.
			expect(trimmedLines).toBeGreaterThan(runs / 20);
			expect(trimmedLines).toBeLessThan(runs * 0.95);
		},
	);

	it("[formats.stored_line] send the line that the trail stores, byte for byte, as JSON message", () => {
		const file = new URL("../../../../schemas/event/1.0/valid/example.ndjson", import.meta.url);
		const lines = readFileSync(file, "utf8").trimEnd().split("\n");
		expect(lines.length).toBeGreaterThan(0);
		for (const line of lines) {
			const said = rfc5424Format({ body: "json" }).project(JSON.parse(line));
			expect(parseSyslog(said).message).toBe(line);
		}
	});

	it("never throw at an event that no recorder writes", () => {
		let deep: unknown = "bottom";
		for (let depth = 0; depth < 30_000; depth += 1) deep = { deep };
		const [base] = examples().values();
		const odd = [
			{ ...base, unknown_block: deep },
			{
				...base,
				type: "a|b\nc".repeat(200),
				severity: "dreadful",
				schema_version: "9|".repeat(99),
			},
			{ ...base, time: "yesterday", integrity: { sequence: "one", hash: 7 }, producer: {} },
			{},
		] as readonly unknown[];
		const all = [
			cefFormat({ maxBytes: 2_048 }),
			leefFormat({ maxBytes: 2_048 }),
			...(["none", "cef", "json"] as const).map((body) => rfc5424Format({ body, maxBytes: 2_048 })),
		];
		for (const event of odd)
			for (const format of all) {
				const line = format.project(event as StoredEvent);
				expect(Buffer.byteLength(line)).toBeLessThanOrEqual(2_048);
				expect(line).not.toMatch(/[\n\r]/);
			}
	});

	it("leave whole fields out from the end, name them, and say `*` where nothing fits", () => {
		const rules = {
			write: (key: string, text: string) => ` ${key}=${text}`,
			maxCharacters: { list: 4, long: 4 },
			trimmedKey: "trimmed",
		};
		const said = { a: 1, long: "12345", list: ["1", "2"], cs1: "x", cs1Label: "of x", z: "é" };
		const all = " a=1 long=123… cs1Label=of x cs1=x z=é trimmed=long,list";
		const bytes = Buffer.byteLength(all);
		expect(writeFields(said, rules, bytes)).toBe(all);
		expect(writeFields(said, rules, bytes - 1)).toBe(
			" a=1 long=123… cs1Label=of x cs1=x trimmed=long,list,z",
		);
		expect(writeFields(said, rules, bytes - 4)).toBe(" a=1 long=123… trimmed=long,list,z,cs1");
		expect(writeFields(said, rules, 32)).toBe(" a=1 trimmed=long,list,z,cs1");
		expect(writeFields(said, rules, 27)).toBe(" trimmed=*");
	});

	it("refuse options that no receiver could take", () => {
		for (const maxBytes of [0, 2_047, 65_536, 4_096.5, Number.NaN])
			for (const make of [cefFormat, leefFormat, rfc5424Format])
				expect(() => make({ maxBytes })).toThrow("maxBytes");
		expect(() => leefFormat({ delimiter: asAny("u") })).toThrow("delimiter");
		expect(() => rfc5424Format({ facility: asAny("toString") })).toThrow("facility");
		expect(() => rfc5424Format({ body: asAny("xml") })).toThrow("body");
		expect(() => rfc5424Format({ privateEnterpriseNumber: 0 })).toThrow("privateEnterpriseNumber");
	});

	it("[formats.syslog_pri] count PRI from facility and severity", () => {
		const [base] = examples().values();
		const pri = (severity: string, facility: SyslogOptions["facility"] = "audit"): number =>
			parseSyslog(
				rfc5424Format({ facility }).project({ ...base, severity } as unknown as StoredEvent),
			).pri;
		expect(["informational", "low", "medium", "high", "critical"].map((word) => pri(word))).toEqual(
			[110, 109, 108, 107, 106],
		);
		expect(pri("informational", "local7")).toBe(190);
	});

	it("[formats.header] say a hostile type in a header field of its own, or not at all", () => {
		const [base] = examples().values();
		fc.assert(
			fc.property(hostileText, (text) => {
				const event = { ...base, type: text } as unknown as StoredEvent;
				const whole = Array.from(cleanText(text, Number.POSITIVE_INFINITY) ?? "");
				const beginning = whole.slice(0, 255).join("");
				const fields = [
					parseCef(cefFormat().project(event)).header[3] ?? "",
					parseLeef(leefFormat().project(event)).header[3]?.replaceAll("\\u{7c}", "|") ?? "",
				];
				for (const field of fields)
					expect(
						field === whole.join("") ||
							(field.endsWith("…") && beginning.startsWith(field.slice(0, -1))),
					).toBe(true);
				expect(["-", text]).toContain(parseSyslog(rfc5424Format().project(event)).msgid);
			}),
			{ numRuns: 500 },
		);
	});

	it("keep a host that is called as nothing is", () => {
		const [base] = examples().values();
		const producer = { ...base?.producer, host: "-" };
		const line = rfc5424Format().project({ ...base, producer } as unknown as StoredEvent);
		const { hostname, data } = parseSyslog(line);
		expect(hostname).toBe("-");
		const rest = JSON.parse(new Map(data[1]?.params).get("rest") ?? "{}");
		expect(rest).toMatchObject({ producer: { host: "-" } });
	});

	it("begin the sequenceId again at 1 after 2^31 − 1", () => {
		const [base] = examples().values();
		const ids = [1, 2_147_483_647, 2_147_483_648].map((sequence) => {
			const event = { ...base, integrity: { ...base?.integrity, sequence } };
			return parseSyslog(rfc5424Format().project(event as unknown as StoredEvent)).data[0]?.params;
		});
		expect(ids.map((params) => params?.[0]?.[1])).toEqual(["1", "2147483647", "1"]);
	});
});
