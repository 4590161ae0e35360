import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import { Sep3004Error, sep3004Canonical, sep3004Hash } from "./sep3004-canonical.ts";
import type { Sep3004Core } from "./sep3004-canonical.ts";
import { sep3004Record } from "./sep3004.ts";
import { runs } from "../../../test/runs.ts";

/** The known answers of the contract's conformance vectors. */
const single: Sep3004Core = JSON.parse(
	'{"tool_name":"export","principal_id":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","event_id":"99999999-9999-9999-9999-999999999999","event_type":"tool_call","extensions":{"caller-governance":{"session_id":"55555555-5555-5555-5555-555555555555","flagged":false,"invoked_by_principal_id":null,"purpose_declared":"reconcile June invoices"}},"occurred_at":"2026-06-06T12:00:00.000Z","outcome":"deferred","previous_hash":null}',
);
const double: Sep3004Core = {
	...single,
	extensions: {
		"runtime-security": {
			drift_status: "confirmed",
			evidence_hash: "sha256:b2c547e2c8f17eafc72ef5c2d4d7b6b4d0f7437ab52bae573a9af14ff5e2d9be",
			policy_id: "example.org/runtime-drift@3",
			quarantine_decision: "quarantine",
			severity: "high",
		},
		...single.extensions,
	},
};
const governance = { purpose_declared: "x" };
const wrong = (more: object): (() => string) => {
	const record = { ...single, ...more };
	return () => sep3004Hash(record);
};
const within = (member: unknown): (() => string) =>
	wrong({ extensions: { "caller-governance": { ...governance, member } } });

describe("SEP-3004's canonical form and hash", () => {
	it("[formats.sep3004] give both known answers", () => {
		expect(sep3004Hash(single)).toBe(
			"d494769c1ae442ea88dd190068747abf63c0568a3b856f85791b1a50a99d48b4",
		);
		expect(sep3004Hash(double)).toBe(
			"f733fed9cc757165f810b778e4baba1f51a45504988e937707aaab4361b2f064",
		);
	});

	it("[formats.sep3004] refuse numbers, at any depth", () => {
		expect(within(1)).toThrow("is a number");
		expect(within([{ deep: 1.5 }])).toThrow(
			"extensions.caller-governance.member[0].deep is a number",
		);
		expect(within(Number.NaN)).toThrow("is a number");
		expect(within(1n)).toThrow("is a bigint");
		expect(within(undefined)).toThrow("is a undefined");
	});

	it("[formats.sep3004] refuse what the contract does not have", () => {
		expect(wrong({ outcome: "success" })).toThrow("outcome is not one of the four");
		expect(wrong({ extensions: {} })).toThrow("extensions is empty");
		expect(wrong({ extensions: { "com.example": governance } })).toThrow("is not registered");
		expect(wrong({ extensions: { "caller-governance": {} } })).toThrow("purpose_declared is not");
		expect(wrong({ extensions: { constructor: governance } })).toThrow("is not registered");
		expect(wrong({ previous_hash: "sha256:00" })).toThrow("previous_hash is neither");
		expect(wrong({ occurred_at: "2026-06-06T12:00:00Z" })).toThrow("occurred_at is not");
		expect(wrong({ event_id: 1 })).toThrow("event_id is not a string");
		expect(wrong({ tool_name: undefined })).toThrow("tool_name is neither");
		expect(wrong({ anchor_witness: {} })).toThrow("anchor_witness is reserved");
		expect(within("a\nb")).toThrow("control character");
		expect(within("\u007f")).toThrow("control character");
		expect(within("x".repeat(8_193))).toThrow("longer than 8192");
		expect(within("\ud800")).toThrow("half a surrogate pair");
		expect(within(JSON.parse("[".repeat(70) + "]".repeat(70)))).toThrow("deeper than 64");
	});

	it("say by shape what is wrong", () => {
		expect(within(1)).toThrow(Sep3004Error);
		expect(within(1)).toThrow(
			expect.objectContaining({
				code: "sep3004_not_conforming",
				path: "extensions.caller-governance.member",
			}),
		);
	});

	it("ignore other top-level members, trim spaces alone and compose", () => {
		expect(wrong({ vendor: 1, anchor_witness: null, event_hash: "x" })()).toBe(sep3004Hash(single));
		expect(wrong({ tool_name: "  export " })()).toBe(sep3004Hash(single));
		expect(wrong({ tool_name: "\u00a0export" })()).not.toBe(sep3004Hash(single));
		expect(within("e\u0301")()).toBe(within("\u00e9")());
	});

	it("sort names by UTF-16 code units, and leave them as they are", () => {
		const names = { "\u{1f600}": "b", "\ufb33": "c", " z ": "a", ...governance };
		expect(sep3004Canonical({ ...single, extensions: { "caller-governance": names } })).toContain(
			'{"caller-governance":{" z ":"a","purpose_declared":"x","\u{1f600}":"b","\ufb33":"c"}}',
		);
	});
});

describe("SEP-3004 records", () => {
	it("[formats.sep3004] of a stream are chained and verify from what they say", () => {
		let previousHash: string | null = null;
		for (const event of examples().values()) {
			const record = sep3004Record(event, previousHash);
			const { event_hash, ...core } = JSON.parse(JSON.stringify(record));
			expect(core.previous_hash).toBe(previousHash);
			expect(sep3004Hash(core)).toBe(event_hash);
			expect(core.extensions["runtime-security"].evidence_hash).toBe(event.integrity.hash);
			previousHash = event_hash;
		}
	});

	it("[formats.sep3004] are made of any event", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				const { event_hash, ...core } = sep3004Record(event, "0".repeat(64));
				expect(sep3004Hash(core)).toBe(event_hash);
				expect(JSON.parse(sep3004Canonical(core))).toEqual(core);
			}),
			{ numRuns: runs(200) },
		);
	});

	it("know the recorder's own refusal from a policy's", () => {
		const [event] = [...examples()].flatMap(([name, one]) => (name === "mcp.request" ? [one] : []));
		if (event === undefined) throw new Error("no example of a request");
		const by = (layer: "recorder" | "policy") =>
			sep3004Record({ ...event, outcome: { status: "denied", layer, reason: "x" } }, null).outcome;
		expect([by("recorder"), by("policy")]).toEqual(["error", "denied"]);
	});
});
