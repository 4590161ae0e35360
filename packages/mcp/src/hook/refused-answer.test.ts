import { describe, expect, it } from "vitest";
import { refusedAnswer } from "./refused-answer.ts";

const frame = { jsonrpc: "2.0", id: 3, error: { code: -32601, message: "Method not found" } };
const refusal = (data: object) => Object.assign(new Error("Error POSTing to endpoint"), { data });

describe("an answer inside an HTTP refusal", () => {
	it("is read where its id is the request's", () => {
		const error = refusal({ status: 404, text: JSON.stringify(frame) });
		expect(refusedAnswer(error, 3)).toEqual(frame);
		expect(refusedAnswer(error, 4)).toBeUndefined();
		expect(refusedAnswer(error, "3")).toBeUndefined();
	});

	it.each([
		["an error without data", new Error("fetch failed")],
		["no error at all", undefined],
		["a page", refusal({ status: 404, text: "<html>" })],
		["no body", refusal({ status: 404, text: null })],
		["a result", refusal({ status: 404, text: '{"jsonrpc":"2.0","id":3,"result":{}}' })],
		["a request", refusal({ status: 404, text: '{"jsonrpc":"2.0","id":3,"method":"ping"}' })],
		["the edge's 401", refusal({ status: 401, text: JSON.stringify(frame) })],
		["the edge's 403", refusal({ status: 403, text: JSON.stringify(frame) })],
		["a server's failure", refusal({ status: 502, text: JSON.stringify(frame) })],
		["nesting without end", refusal({ status: 404, text: "[".repeat(60_000) })],
		["a body too long", refusal({ status: 404, text: JSON.stringify(frame).padEnd(70_000) })],
	])("is not seen in %s", (_title, error) => {
		expect(refusedAnswer(error, 3)).toBeUndefined();
	});
});
