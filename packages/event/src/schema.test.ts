import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import { generated } from "../scripts/generated.ts";
import { inMemberOrder } from "./in-member-order.ts";
import { auditEvent, newEvent, readerEvent, storedEvent, validate } from "./schema.ts";
import type { AuditEvent, NewEvent, StoredEvent } from "./types.gen.ts";
import { eventTypes } from "./vocabulary.ts";

const schemas = new URL("../../../schemas/event/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, schemas), "utf8");
const filesIn = (folder: string): readonly string[] =>
	readdirSync(new URL(folder, schemas)).filter((name) => name.endsWith(".json"));

function compile(file: string): (value: unknown) => boolean {
	const judge = new Ajv2020.default({ strict: true, allErrors: true }).compile(
		JSON.parse(read(file)),
	);
	return (value) => judge(value);
}

const writer = compile("1.0.schema.json");
const reader = compile("1.reader.schema.json");

/** Both validators' verdicts, which must be one. */
function verdicts(event: unknown): { readonly writer: boolean; readonly reader: boolean } {
	const verdict = {
		writer: validate(event, { as: "writer" }).valid,
		reader: validate(event, { as: "reader" }).valid,
	};
	expect({ writer: writer(event), reader: reader(event) }).toEqual(verdict);
	return verdict;
}

function hashOf(line: string): string {
	const head = line.slice(0, line.lastIndexOf(',"hash":'));
	return `sha256:${createHash("sha256").update(`mcp-trail/chain/v1\n${head}`).digest("hex")}`;
}

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

describe("the schema and what is generated from it", () => {
	it("[schema.generated] is what is committed", () => {
		const files = generated();
		expect(files.size).toBe(5);
		for (const [file, text] of files) expect(readFileSync(file, "utf8")).toBe(text);
	});

	it("[schema.types] has the types that zod infers", () => {
		expectTypeOf<DeepReadonly<AuditEvent>>().toEqualTypeOf<
			DeepReadonly<z.infer<typeof auditEvent>>
		>();
		expectTypeOf<DeepReadonly<StoredEvent>>().toEqualTypeOf<
			DeepReadonly<z.infer<typeof storedEvent>>
		>();
		expectTypeOf<DeepReadonly<NewEvent>>().toEqualTypeOf<DeepReadonly<z.infer<typeof newEvent>>>();
		expectTypeOf<AuditEvent>().toEqualTypeOf<DeepReadonly<AuditEvent>>();
		expect(readerEvent.shape).toHaveProperty("integrity");
	});
});

/** Every value of a keyword, however deep. */
function valuesOf(keyword: string, value: unknown): readonly unknown[] {
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([name, member]) =>
		name === keyword && typeof member !== "object" ? [member] : valuesOf(keyword, member),
	);
}

describe("the published schemas", () => {
	it.each(["1.0.schema.json", "1.reader.schema.json"])(
		"[schema.portable] %s uses only what every validator shares",
		(file) => {
			const schema: unknown = JSON.parse(read(file));
			const found = valuesOf("pattern", schema).map(String);
			expect(found.length).toBeGreaterThan(10);
			for (const pattern of found.filter((one) => !one.startsWith("["))) {
				// Beside an escaped backslash, nothing is escaped; groups are plain; RE2 repeats 1,000 times at most.
				expect(pattern.replaceAll("\\\\", "")).not.toMatch(/\\|\(\?|\{[0-9,]*[0-9]{4}/);
				expect(pattern).toMatch(/^\^/);
			}
			// `$` matches before a last line end in Python and Java: each pattern has a `not` against that.
			expect(found.filter((one) => one === "[\n\r\u0085\u2028\u2029]").length).toBe(
				found.filter((one) => one.endsWith("$")).length,
			);
			expect(valuesOf("format", schema)).toEqual([]);
			expect(valuesOf("type", schema)).not.toContain("null");
			expect(valuesOf("type", schema)).not.toContain("number");
			expect(read(file)).toMatch(/^[\n -~]+$/);
			expect(read(file).length).toBeLessThan(50_000);
		},
	);

	it("says what every member means", () => {
		for (const file of ["1.0.schema.json", "1.reader.schema.json"]) {
			const { properties } = JSON.parse(read(file));
			const silent = Object.entries<any>(properties).flatMap(([name, block]) => [
				...(block.description ? [] : [name]),
				...Object.entries<any>(block.properties ?? {})
					.filter(([, member]) => !member.description)
					.map(([member]) => `${name}.${member}`),
			]);
			expect(silent).toEqual([]);
		}
	});
});

describe("valid examples", () => {
	const files = filesIn("1.0/valid/");

	it("has one for every type", () => {
		for (const type of eventTypes) expect(files).toContain(`${type}.json`);
		expect(files.some((file) => file.startsWith("ext."))).toBe(true);
	});

	it.each(files)("[schema.valid] %s is valid for both, in stored order, and hashed", (file) => {
		const event: StoredEvent = JSON.parse(read(`1.0/valid/${file}`));
		expect(validate(event, { as: "writer" }).issues).toEqual([]);
		expect(verdicts(event)).toEqual({ writer: true, reader: true });
		expect(file.startsWith(event.type)).toBe(true);
		expect(inMemberOrder(event)).toBe(event);
		expect(hashOf(JSON.stringify(event))).toBe(event.integrity.hash);
	});

	it("[schema.stored_form] the two lines of the specification hash over their bytes and are chained", () => {
		const lines = read("1.0/valid/example.ndjson").trimEnd().split("\n");
		expect(lines.map((line) => Buffer.byteLength(line))).toEqual([2760, 761]);
		const events: readonly StoredEvent[] = lines.map((line) => JSON.parse(line));
		for (const [index, line] of lines.entries()) {
			expect(hashOf(line)).toBe(events[index]?.integrity.hash);
			const result = validate(events[index], { as: "writer" });
			expect(result.valid && JSON.stringify(result.event)).toBe(line);
		}
		expect(events[1]?.integrity.previous_hash).toBe(events[0]?.integrity.hash);
	});

	it("makes events in stored order from members in any order", () => {
		const event: StoredEvent = JSON.parse(read("1.0/valid/mcp.request.json"));
		const shuffled: unknown = reversed(event);
		expect(JSON.stringify(shuffled)).not.toBe(JSON.stringify(event));
		const result = validate(shuffled, { as: "writer" });
		expect(result.valid && JSON.stringify(result.event)).toBe(JSON.stringify(event));
	});
});

/** The same value with the members of every object in reverse. */
function reversed(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(reversed);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.toReversed()
			.map(([name, member]) => [name, reversed(member)]),
	);
}

describe("invalid examples", () => {
	const files = filesIn("1.0/invalid/");

	it("are at least forty", () => {
		expect(files.length).toBeGreaterThanOrEqual(40);
	});

	it.each(files)("[schema.invalid] %s is refused alike by zod and ajv", (file) => {
		const { breaks, event, reader: reads } = JSON.parse(read(`1.0/invalid/${file}`));
		expect(breaks).toMatch(/\w+ \w+/);
		expect(verdicts(event)).toEqual({ writer: false, reader: reads === "accepts" });
		const { issues } = validate(event, { as: "writer" });
		expect(issues.length).toBeGreaterThan(0);
		for (const issue of issues) {
			expect(issue.path).toMatch(/^(\/.*)?$/);
			expect(issue.rule).toMatch(/^[a-z][a-z0-9_]*$/);
			expect(issue.rule).not.toMatch(/^(invalid|bad_format)$/);
			expect(issue.message).toMatch(/^(must|is|belongs) /);
		}
	});
});
