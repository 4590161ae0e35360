import * as v1 from "@modelcontextprotocol/sdk/types.js";
import * as v2 from "@modelcontextprotocol/server";
import fc from "fast-check";
import { expect, it } from "vitest";
import { inboundKind, isObject } from "./frame.ts";

/** What the guards of an SDK make of a frame, in the order of its dispatch. */
const judge = (sdk: typeof v1 | typeof v2, frame: unknown): string => {
	if (sdk.isJSONRPCResultResponse(frame) || sdk.isJSONRPCErrorResponse(frame)) return "response";
	if (sdk.isJSONRPCRequest(frame)) return "request";
	return sdk.isJSONRPCNotification(frame) ? "notification" : "refused";
};

const id = fc.oneof(
	fc.constantFrom(0, 1, -1, "", "1", null, 1.5, true, 2 ** 53 - 1, 2 ** 53, undefined),
	fc.integer(),
	fc.string(),
	fc.constant({}),
);
const meta = fc.oneof(
	fc.constantFrom(undefined, null, 5, [], {}),
	fc.record(
		{
			progressToken: id,
			"io.modelcontextprotocol/related-task": fc.oneof(
				fc.constantFrom(null, {}, { taskId: 5 }, { taskId: "t" }, "t"),
			),
		},
		{ requiredKeys: [] },
	),
);
const params = fc.oneof(
	fc.constantFrom(undefined, null, [], "x"),
	fc.record({ _meta: meta, name: fc.string() }, { requiredKeys: [] }),
);
const error = fc.oneof(
	fc.constantFrom(null, {}, "x"),
	fc.record(
		{ code: fc.oneof(fc.integer(), fc.constantFrom(1.5, "1", 2 ** 60)), message: fc.string() },
		{ requiredKeys: [] },
	),
);
const members = {
	jsonrpc: fc.constantFrom("2.0", "2.0", "2.0", "2.0", "2.0", "1.0", 2),
	id,
	method: fc.constantFrom("ping", "tools/call", "", 5, null),
	params,
	result: params,
	error,
	extra: fc.constant(1),
};
const { jsonrpc, method, extra } = members;
/** Near to each kind, so that a single member decides; and anything at all. */
const frame = fc.oneof(
	fc.record({ jsonrpc, id, method, params }, { requiredKeys: ["jsonrpc", "id", "method"] }),
	fc.record({ jsonrpc, method, params, extra }, { requiredKeys: ["jsonrpc", "method"] }),
	fc.record({ jsonrpc, id, result: params }),
	fc.record({ jsonrpc, id, error }, { requiredKeys: ["jsonrpc", "error"] }),
	fc.record(members, { requiredKeys: [] }),
);

it("[complete.guard] judges every frame as both SDK generations do", () => {
	const seen = new Set<string>();
	fc.assert(
		fc.property(frame, (value) => {
			if (!isObject(value)) return;
			const kind = inboundKind(value, true);
			seen.add(kind);
			expect([kind, inboundKind(value, false)]).toEqual([judge(v1, value), judge(v2, value)]);
		}),
		{ numRuns: 3000 },
	);
	expect(seen.size).toBe(4);
});
