import { execFileSync } from "node:child_process";
import type { AuditEvent } from "@mcp-trail/event";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../test/any-text.ts";
import { hashOf, readLine, readLink } from "./line.ts";
import { seal, sealer } from "./seal.ts";

const streamId = "7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e10";
const anyHash = `sha256:${"ab".repeat(32)}`;
/** Sealing looks at nothing of an event but its text, so any object stands for one. */
const asEvent = (value: object): AuditEvent => {
	const event: AuditEvent = JSON.parse(JSON.stringify(value));
	return event;
};
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** The second record of the specification, whose hash was computed by another program. */
const published = {
	event: {
		schema_version: "1.0",
		id: "01a1f875-a534-7d44-b0aa-5e6f708192a3",
		time: "2026-11-20T10:17:02.004Z",
		type: "trail.lost",
		severity: "high",
		loss: {
			events: 1284,
			acting_events: 96,
			since: "2026-11-20T10:16:11.530Z",
			until: "2026-11-20T10:17:01.998Z",
			cause: "disk_full",
			stream_total: 1284,
		},
		producer: {
			recorder: "mcp-trail/1.0.0",
			service: "tickets-mcp",
			service_version: "2.3.1",
			instance: "tickets-mcp-6f9c-x2x7k",
			host: "node-eu-3",
			environment: "production",
			sdk: "@modelcontextprotocol/server/2.4.0",
		},
	},
	link: {
		streamId,
		sequence: 4212,
		previousHash: "sha256:7fe75d04f0b7ed0cde5ba940c3425851f542610e6331524f83ebce1000b73f9f",
	},
	hash: "sha256:58c741b14ed66b97da956c95f668a5a09a0e381b1b2a7bce1c11335f2e50f87a",
};

describe("seal", () => {
	it("[tamper.format] reproduces the published example", () => {
		expect(seal(asEvent(published.event), published.link).hash).toBe(published.hash);
	});

	it("[tamper.format] makes lines that a shell can verify", () => {
		const line = textOf(seal(asEvent({ type: "x", text: "é, \" and \\ '" }), published.link).bytes);
		const sum = execFileSync("bash", [
			"-c",
			`printf 'mcp-trail/chain/v1\n%s' "\${1%,\\"hash\\":*}" | sha256sum`,
			"bash",
			line,
		]).toString();
		expect(`sha256:${sum.slice(0, 64)}`).toBe(readLine(Buffer.from(line))?.hash);
	});

	it("puts integrity last and leaves the event as it was", () => {
		const event = asEvent({ type: "x", labels: { a: "b" } });
		const line = textOf(seal(event, { streamId, sequence: 1 }).bytes);
		expect(line).toMatch(
			/^\{"type":"x","labels":\{"a":"b"\},"integrity":\{"stream_id":"[^"]+","sequence":1,"hash":"sha256:[0-9a-f]{64}"\}\}$/,
		);
		expect(event).toEqual({ type: "x", labels: { a: "b" } });
	});

	it("never writes integrity twice", () => {
		const line = textOf(
			seal(asEvent({ type: "x", integrity: { hash: "forged" } }), published.link).bytes,
		);
		expect(line.match(/"integrity"/g)).toHaveLength(1);
	});

	it("reads back what it wrote, for any event", () => {
		fc.assert(
			fc.property(
				anyEvent,
				fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER }),
				(event, sequence) => {
					const link = { streamId, sequence, previousHash: anyHash };
					const line = seal(asEvent(event), link);
					expect(readLink(line.bytes)).toEqual({ ...link, hash: line.hash });
					expect(hashOf(line.bytes)).toBe(line.hash);
					const back = readLine(line.bytes);
					expect(back?.event).toEqual(JSON.parse(textOf(line.bytes)));
					expect({ stream: back?.stream, sequence: back?.sequence, hash: back?.hash }).toEqual({
						stream: streamId,
						sequence,
						hash: line.hash,
					});
				},
			),
		);
	});
});

const forged = `,"integrity":{"stream_id":"${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}","sequence":9,"hash":"sha256:${"0".repeat(64)}"}}`;
const fragments = [
	forged,
	forged.slice(0, -2),
	forged.slice(0, -1),
	'"',
	"\\",
	`"hash":"${anyHash}"}}`,
	"}}",
];
const hostile = fc
	.array(fc.oneof(fc.constantFrom(...fragments), anyText()))
	.map((parts) => parts.join(""));
const anyEvent = fc
	.dictionary(hostile, fc.oneof(hostile, fc.dictionary(hostile, hostile), fc.array(hostile)), {
		minKeys: 1,
	})
	.filter((event) => !("integrity" in event) && !("toJSON" in event));

describe("readLine", () => {
	it("[tamper.unforgeable] is never deceived from within a string", () => {
		fc.assert(
			fc.property(anyEvent, hostile, (event, last) => {
				// A JSON text whose last member is a string of the attacker's, closed as a line is closed.
				for (const text of [
					JSON.stringify({ ...event, z: { z: last } }),
					JSON.stringify({ ...event, z: { z: `${last}${forged}` } }),
					JSON.stringify([[`${last}${forged}`]]),
				])
					expect(readLink(Buffer.from(text))).toBeUndefined();
			}),
		);
	});

	it("agrees with a JSON parser wherever it reads anything at all", () => {
		fc.assert(
			fc.property(anyEvent, fc.nat(), fc.nat(255), (event, at, value) => {
				const bytes = Buffer.from(
					seal(asEvent(event), { streamId, sequence: 7, previousHash: anyHash }).bytes,
				);
				bytes[at % bytes.length] = value;
				const link = readLink(bytes);
				const parsed = parse(bytes);
				if (link === undefined || parsed === undefined) return;
				expect(parsed.integrity).toEqual({
					stream_id: link.streamId,
					sequence: link.sequence,
					previous_hash: link.previousHash,
					hash: link.hash,
				});
			}),
		);
	});

	it.each([
		["nothing", ""],
		["another JSON line", '{"a":1}'],
		[
			"a line without its first byte",
			textOf(seal(asEvent({ a: 1 }), published.link).bytes).slice(1),
		],
		["a line with a carriage return", `${textOf(seal(asEvent({ a: 1 }), published.link).bytes)}\r`],
		[
			"a sequence beyond 2^53-1",
			textOf(seal(asEvent({ a: 1 }), { ...published.link, sequence: 2 ** 53 }).bytes),
		],
	])("reads nothing from %s", (_, text) => {
		expect(readLine(Buffer.from(text))).toBeUndefined();
	});

	it("reads bytes that are no Buffer and stand within a larger one", () => {
		const { bytes, hash } = seal(asEvent({ a: 1 }), published.link);
		const larger = new Uint8Array(bytes.length + 10).fill(0x22);
		larger.set(bytes, 5);
		const within = larger.subarray(5, 5 + bytes.length);
		expect(readLine(within)?.hash).toBe(hash);
		expect(hashOf(within)).toBe(hash);
	});

	it("hashes lines longer than any recorder writes", () => {
		const { bytes, hash } = seal(asEvent({ a: "x".repeat(300_000) }), published.link);
		expect(hashOf(bytes)).toBe(hash);
	});
});

describe("sealer", () => {
	it("links each record to the one before, from the start or from a head", () => {
		const fresh = sealer(streamId);
		expect(fresh.head).toBeUndefined();
		const first = fresh.seal(asEvent({ a: 1 }));
		const second = fresh.seal(asEvent({ a: 2 }));
		expect(readLink(first.bytes)).toEqual({ streamId, sequence: 1, hash: first.hash });
		expect(readLink(second.bytes)).toMatchObject({ sequence: 2, previousHash: first.hash });
		const resumed = sealer(streamId, { sequence: 1, hash: first.hash });
		expect(resumed.seal(asEvent({ a: 2 })).hash).toBe(second.hash);
	});

	it("gives a number again after a rewind, so that what was never written has none", () => {
		const stream = sealer(streamId);
		const first = stream.seal(asEvent({ a: 1 }));
		const head = { sequence: first.sequence, hash: first.hash };
		const lost = stream.seal(asEvent({ a: 2 }));
		stream.rewind(head);
		expect(stream.head).toEqual(head);
		expect(stream.seal(asEvent({ a: 2 })).hash).toBe(lost.hash);
		stream.rewind(undefined);
		expect(stream.seal(asEvent({ a: 1 })).hash).toBe(first.hash);
	});
});

function parse(bytes: Uint8Array): { integrity: unknown } | undefined {
	try {
		const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
		const value: { integrity: unknown } = JSON.parse(text);
		return value;
	} catch {
		return undefined;
	}
}
