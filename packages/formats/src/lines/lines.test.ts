import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import type { StoredEvent } from "@mcp-trail/event";
import { cleanText } from "@mcp-trail/event";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { examples } from "../../scripts/examples.ts";
import { hostileText } from "../../scripts/hostile-event.ts";
import { judgeHostileEvents } from "../../scripts/judge-lines.ts";
import { parseCef, parseLeef, parseSyslog } from "../../scripts/line-parsers.ts";
import { cefFormat } from "./cef.ts";
import { leefFormat } from "./leef.ts";
import { rfc5424Format } from "./rfc5424.ts";
import type { SyslogOptions } from "./rfc5424.ts";
import { writeFields } from "./fields.ts";
import { runs } from "../../../../test/runs.ts";

/** The long run has them by tens of thousands: `npm run test:long`. */
const HOSTILE_EVENTS = 200;

/** What a program without types passes. */
const asAny = (value: string): never => value as never;

describe("the line formats", () => {
	it("[formats.forgery] hostile events make one record each, without a forged key or an unmarked cut", () => {
		const { trimmedLines } = judgeHostileEvents(HOSTILE_EVENTS);
		// The generator must reach the limits, and must not live beyond them.
		expect(trimmedLines).toBeGreaterThan(HOSTILE_EVENTS / 20);
		expect(trimmedLines).toBeLessThan(HOSTILE_EVENTS * 0.95);
	});

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
			{ numRuns: runs(500) },
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
