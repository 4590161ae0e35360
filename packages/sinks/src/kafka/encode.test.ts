import { readdirSync, readFileSync } from "node:fs";
import type { AuditEvent, StoredEvent } from "@mcp-trail/event";
import { seal, type SealedEvent } from "@mcp-trail/integrity";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, encode, recordBytes } from "./encode.ts";
import { readFacts } from "./facts.ts";

const folder = new URL("../../../../schemas/event/1.0/valid/", import.meta.url);
const examples = readdirSync(folder)
	.filter((file) => file.endsWith(".json"))
	.map((file): [string, AuditEvent] => [
		file,
		JSON.parse(readFileSync(new URL(file, folder), "utf8")),
	]);
const streamId = "7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e10";
const sealed = (event: AuditEvent, sequence = 4211): SealedEvent =>
	seal(event, { streamId, sequence, previousHash: `sha256:${"0".repeat(64)}` });
const example = (file: string): AuditEvent => {
	const found = examples.find(([name]) => name === file);
	if (!found) throw new Error(`no example ${file}`);
	return found[1];
};

/** What the whole event, parsed, says. */
function parsed({ event }: { event: StoredEvent }) {
	const { id, time, type, operation, trace } = event;
	return {
		id,
		time,
		type,
		operationId: operation?.id,
		parentEventId: operation?.parent_event_id,
		traceparent: trace?.span_id
			? `00-${trace.id}-${trace.span_id}-${(trace.flags ?? 0).toString(16).padStart(2, "0")}`
			: undefined,
	};
}

describe("the facts of a line", () => {
	it.each(examples)("are those of the parsed event: %s", (_, event) => {
		const one = sealed(event);
		expect(readFacts(one, Buffer.from(one.bytes))).toEqual(parsed(one));
	});

	it("cannot be forged from within a string", () => {
		const event = example("mcp.request.json");
		fc.assert(
			fc.property(
				fc.string({ unit: "grapheme", maxLength: 60 }),
				fc.constantFrom('","operation":{"id":"forged"}', ',"trace":{"id":"', "\\", '\\"', '"}}'),
				(text, forged) => {
					const { operation: _operation, trace: _trace, ...rest } = event;
					for (const one of [
						sealed({ ...event, labels: { a: text + forged, operation: forged + text } }),
						sealed({ ...event, operation: { id: text + forged, source: "extension" } }),
						sealed({ ...rest, labels: { trace: forged + text } }),
					]) {
						expect(readFacts(one, Buffer.from(one.bytes))).toEqual(parsed(one));
					}
				},
			),
		);
	});

	it("are parsed from a line of another shape", () => {
		const { id, ...rest } = example("mcp.request.json");
		const one = sealed({ ...rest, id });
		expect(Buffer.from(one.bytes).indexOf(id)).toBeGreaterThan(400);
		expect(readFacts(one, Buffer.from(one.bytes))).toEqual(parsed(one));
	});
});

describe("a record", () => {
	const one = sealed(example("mcp.request.json"));
	const { event } = one;

	it("[kafka.bytes] holds the stored line unchanged", () => {
		expect(encode(one, "stream").value.equals(Buffer.from(one.bytes))).toBe(true);
	});

	it("[kafka.headers] has CloudEvents 1.0.2 headers in binary mode and the trace context", () => {
		expect(encode(one, "stream")).toMatchObject({
			key: streamId,
			headers: {
				ce_specversion: "1.0",
				ce_id: event.id,
				ce_source: `urn:uuid:${streamId}`,
				ce_type: "mcp.request",
				ce_time: event.time,
				ce_sequence: "0000000000004211",
				ce_correlationid: event.operation?.id,
				"content-type": "application/json",
				"audit-chain-hash": one.hash,
				traceparent: `00-${event.trace?.id}-${event.trace?.span_id}-01`,
			},
		});
	});

	it("is keyed by the operation where that is asked for, else by the stream", () => {
		expect(encode(one, "operation").key).toBe(event.operation?.id);
		expect(encode(sealed(example("trail.lost.json")), "operation").key).toBe(streamId);
	});

	it("has no header whose value is unknown", () => {
		for (const [, each] of examples) {
			for (const value of Object.values(encode(sealed(each), "stream").headers)) {
				expect(value).toMatch(/./u);
				expect(value).not.toContain("undefined");
			}
		}
	});
});

const message = (text: string, size: number) => ({
	key: text,
	value: Buffer.alloc(size),
	headers: { ce_correlationid: text },
});

it("[kafka.batch_bytes] cuts requests by bytes of key, value and headers, in order", () => {
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.nat(2_000)), { maxLength: 40 }),
			(sizes) => {
				const messages = sizes.map(([text, size]) => message(text, size));
				const requests = cut(messages, 2_500);
				expect(requests.flat()).toEqual(messages);
				for (const request of requests) {
					const bytes = request.reduce((sum, each) => sum + recordBytes(each), 0);
					expect(bytes <= 2_500 || request.length === 1).toBe(true);
					expect(request.length).toBeGreaterThan(0);
				}
				// No two neighbours would have fitted together, so no request is smaller than it must be.
				for (const [at, request] of requests.entries()) {
					const first = requests[at + 1]?.[0];
					if (!first) continue;
					const bytes = request.reduce((sum, each) => sum + recordBytes(each), recordBytes(first));
					expect(bytes).toBeGreaterThan(2_500);
				}
			},
		),
	);
});
