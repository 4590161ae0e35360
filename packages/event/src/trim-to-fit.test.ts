import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fieldsOf } from "../scripts/model.ts";
import type { Field, Holds } from "../scripts/model.ts";
import { bounds } from "./bounds.ts";
import { memberOrder } from "./member-order.gen.ts";
import { members } from "./schema/event.ts";
import { validate } from "./schema.ts";
import { trimToFit, trimmingOrder } from "./trim-to-fit.ts";
import type { AuditEvent } from "./types.gen.ts";

const example = (name: string): any =>
	JSON.parse(
		readFileSync(new URL(`../../../schemas/event/1.0/valid/${name}.json`, import.meta.url), "utf8"),
	);
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function call(): any {
	const { integrity: _, ...event } = example("mcp.request");
	return event;
}

const has = (value: any, path: readonly string[]): boolean =>
	path.every((name) => {
		const there = typeof value === "object" && Object.hasOwn(value, name);
		value = there ? value[name] : undefined;
		return there;
	});

/** Widest value of a plain kind: four bytes a character where they may be anything. */
function widest(kind: string): unknown {
	const max = Number(/[0-9]+/.exec(kind)?.[0] ?? 0);
	if (/^text|^uri/.test(kind)) return "😀".repeat(max);
	if (kind.startsWith("string")) return "\u0000".repeat(max);
	const fixed: Record<string, unknown> = {
		word: "w".repeat(64),
		id: "0f6f2f3a-9f0e-4c58-8a6e-3b1d7c5a9e42",
		id7: "01a1f874-3e4b-7c3e-9f10-6a2b4c8d0e1f",
		time: "2026-11-20T10:15:30.123Z",
		digest: `sha256:${"a".repeat(64)}`,
		keyed: `hmac-sha256:${"k".repeat(32)}:${"a".repeat(64)}`,
		"key id": "k".repeat(32),
		"sink name": "s".repeat(32),
		"32 hex": "a".repeat(32),
		"16 hex": "a".repeat(16),
		"43 base64url": "a".repeat(43),
		bool: false,
		integer: -Number.MAX_SAFE_INTEGER,
		labels: Object.fromEntries(
			Array.from({ length: 16 }, (_, index) => [`l${"x".repeat(60)}${index}`, "😀".repeat(256)]),
		),
		type: `ext.${"a".repeat(63)}.${"w".repeat(64)}`,
	};
	const range = /^int ([0-9]+)\.\.([0-9]+)$/.exec(kind);
	if (range) return Number(range[2]);
	return kind.startsWith("int") && kind !== "integer" ? Number.MAX_SAFE_INTEGER : fixed[kind];
}

function fullest(holds: Holds): unknown {
	if (holds.is === "list") return Array.from({ length: holds.max }, () => fullest(holds.item));
	if (holds.is === "values") return holds.values.toSorted((a, b) => b.length - a.length)[0];
	if (holds.is === "plain") return widest(holds.kind);
	return Object.fromEntries(holds.fields.map((field: Field) => [field.name, fullest(field.holds)]));
}

describe("trimToFit", () => {
	it("returns the event itself where it fits", () => {
		const event = call();
		expect(trimToFit(event, bounds.lineBytes)).toBe(event);
		expect(trimToFit(event, bytesOf(event))).toBe(event);
		expect(trimToFit(event, bytesOf(event) - 1)).not.toBe(event);
	});

	it("counts bytes as they are written, escaped and in UTF-8", () => {
		for (const wide of ["\u0000", "\ud800", '"', "😀", "é"]) {
			const event = call();
			event.request.content = wide.repeat(16_384 / wide.length);
			const size = bytesOf(event);
			expect(trimToFit(event, size)).toBe(event);
			expect(trimToFit(event, size - 1).request).not.toHaveProperty("content");
		}
	});

	it("drops in the order of the format, only as much as is needed, and says so", () => {
		const event = call();
		event.request.content = "a".repeat(16_384);
		event.request.truncated = true;
		event.labels = { team: "a".repeat(200) };
		event.network.http.mismatch = [{ header: "Mcp-Method" }];
		event.redactions = [{ path: "/a", kind: "email" }];
		event.authorization = { scopes_requested: ["a"] };
		const before = structuredClone(event);
		const seen: string[][] = [];
		for (let max = bytesOf(event) - 1; max > 1200; max -= 40) {
			const trimmed: AuditEvent = trimToFit(event, max);
			expect(trimmed.recording).toMatchObject({ level: "metadata", trimmed: true });
			expect(validate(trimmed, { as: "audit" }).issues).toEqual([]);
			const steps = trimmingOrder.map((step) => step.filter((path) => has(trimmed, path)));
			const left = steps.flatMap((paths) => paths.map((path) => path.join(".")));
			if (left.join() !== seen.at(-1)?.join()) seen.push(left);
		}
		expect(event).toEqual(before);
		expect(seen.map((left) => left[0])).toEqual([
			"response.parts",
			"request.shape",
			"redactions",
			"labels",
			"network.http.mismatch",
			"actor.auth.scopes",
			"actor.delegation",
			"actor.auth.audience",
			undefined,
		]);
	});

	it("leaves no empty block behind, and adds recording in its place", () => {
		const labels = Object.fromEntries(
			Array.from({ length: 9 }, (_, index) => [`l${index}`, "x".repeat(256)]),
		);
		const { integrity: _, ...own } = example("ext.com.example.payment_approved");
		const event: AuditEvent = {
			...own,
			request: { content: "{}" },
			network: { http: { mismatch: [{ header: "a" }] } },
			labels,
		};
		const trimmed = trimToFit(event, 1);
		expect(trimmed).not.toHaveProperty("request");
		expect(trimmed).not.toHaveProperty("network");
		expect(trimmed).not.toHaveProperty("labels");
		expect(validate(trimmed, { as: "audit" }).issues).toEqual([]);
		expect(Object.keys(trimmed)).toEqual(
			memberOrder[""]?.filter((name) => Object.hasOwn(trimmed, name)),
		);
		expect(trimmed.recording).toEqual({ level: "metadata", trimmed: true });
	});

	it("[bounded.line] brings the largest event that the schema allows under the line's limit", () => {
		const { integrity, ...event }: any = fullest({
			is: "block",
			name: "",
			about: "",
			fields: fieldsOf(members),
		});
		expect(bytesOf(event)).toBeGreaterThan(300_000);
		const trimmed = trimToFit(event, bounds.lineBytes - bounds.integrityBytes);
		expect(bytesOf(trimmed)).toBeLessThanOrEqual(bounds.lineBytes - bounds.integrityBytes);
		expect(bytesOf({ ...trimmed, integrity })).toBeLessThanOrEqual(bounds.lineBytes);
		expect(bytesOf({ integrity })).toBeLessThanOrEqual(bounds.integrityBytes);
	});
});
