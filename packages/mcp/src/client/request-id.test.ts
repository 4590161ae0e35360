import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requestIdOf } from "./request-id.ts";

const text = fc.oneof(
	fc.string(),
	fc.constantFrom("method", "id", "jsonrpc", '","id":7}', '{"method":"', ',"id":7', '\\","id":7}'),
);
const value = fc.oneof(text, fc.integer(), fc.constant({ id: 7 }), fc.constant({ a: "", id: 7 }));
const id = fc.oneof(fc.maxSafeInteger(), text);
/** Frames with members in any order, some of them no requests. */
const frame = fc
	.shuffledSubarray(["jsonrpc", "id", "method", "params", "result", "later"])
	.chain((names) =>
		fc.record({ id, method: text, value }).map((drawn) =>
			Object.fromEntries(
				names.map((name) => {
					if (name === "id") return [name, drawn.id];
					return [name, name === "method" ? drawn.method : drawn.value];
				}),
			),
		),
	);

describe("requestIdOf", () => {
	it("[complete.step_up] reads from a body what parsing the whole of it would", () => {
		fc.assert(
			fc.property(frame, (sent) => {
				// What begins with a result is an answer to both SDK generations, whatever else it holds.
				const isAnswer = Object.keys(sent)[0] === "result";
				const isRequest = "method" in sent && "id" in sent && !isAnswer;
				expect(requestIdOf(JSON.stringify(sent))).toBe(isRequest ? sent["id"] : undefined);
			}),
			{ numRuns: 2000 },
		);
	});

	it("[complete.step_up] takes what is no JSON, or no text, for no request", () => {
		for (const body of [undefined, new Uint8Array(2), "", "{", '[{"method":"a","id":1}]'])
			expect(requestIdOf(body)).toBeUndefined();
	});
});
