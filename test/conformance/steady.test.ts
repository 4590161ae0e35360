import { AUDIT_EXTENSION } from "@mcp-trail/mcp";
import { describe, expect, it } from "vitest";
import { steady, withoutExtension } from "./steady.ts";

const request = (params?: object) => ({ body: { id: 1, method: "tools/call", params } });

const text = (port: number, id: string, time: string) =>
	`http://localhost:${port}/ http%3A%2F%2Flocalhost%3A${port} session ${id} at ${time}`;

describe("steady", () => {
	it("[transparent.conformance-gate] forgives the trace context, and that parameters exist only to carry it", () => {
		const meta = { traceparent: "00-…-01", tracestate: "a=b" };
		expect(steady(request({ name: "a", _meta: meta }))).toEqual(steady(request({ name: "a" })));
		expect(steady(request({ _meta: meta }))).toEqual(
			steady({ body: { id: 1, method: "tools/call" } }),
		);
	});

	it.each([
		["another member of _meta", { name: "a", _meta: { traceparent: "00-…-01", added: 1 } }],
		["trace context outside _meta", { name: "a", traceparent: "00-…-01" }],
		["another argument", { name: "a", arguments: {} }],
		["another value", { name: "b" }],
	])("[transparent.conformance-gate] does not forgive %s", (_, params) => {
		expect(steady(request(params))).not.toEqual(steady(request({ name: "a" })));
	});

	it("[transparent.conformance-gate] forgives ports, ids and times, wherever they stand in a text", () => {
		expect(
			steady(text(4711, "0195d7a2-0000-7000-8000-00000000000a", "2026-07-28T10:00:00.000Z")),
		).toBe(steady(text(42, "0195d7a2-ffff-7000-8000-00000000000b", "2026-07-29T11:11:11.111Z")));
	});

	it("[transparent.conformance-gate] ignores the order of members, not that of items", () => {
		expect(JSON.stringify(steady({ a: 1, b: [1, 2] }))).toBe(
			JSON.stringify(steady({ b: [1, 2], a: 1 })),
		);
		expect(steady([1, 2])).not.toEqual(steady([2, 1]));
	});
});

const ID = "io.github.mcp-trail/audit";
const ofClient = { schemaVersions: ["1.0"] };
const ofServer = { schemaVersions: ["1.0"], correlation: true, receipts: false, mandatory: false };
const capable = (extensions?: object) => ({
	capabilities: { tools: {}, ...(extensions && { extensions }) },
});

const advertised = (
	errorMessage: string,
	hasExtensions: boolean,
	id = "tasks-extension-advertised",
) => ({
	id,
	errorMessage,
	details: { hasExtensions, hasTasksExtension: false },
});

describe("withoutExtension", () => {
	it.each([
		["what a client declares", capable({ [ID]: ofClient }), capable()],
		["what a server declares", capable({ [ID]: ofServer }), capable()],
		["a declaration beside another", capable({ a: {}, [ID]: ofClient }), capable({ a: {} })],
		["the block of _meta", { _meta: { a: 1, [ID]: { v: "1.0" } } }, { _meta: { a: 1 } }],
		[
			"a declaration within _meta",
			{ _meta: { c: { extensions: { [ID]: ofClient } } } },
			{ _meta: { c: {} } },
		],
		[
			"that there are extensions but not the one of tasks",
			advertised('capabilities.extensions["io.modelcontextprotocol/tasks"] MUST be present', true),
			advertised("capabilities.extensions MUST be advertised", false),
		],
		["one in a list", [capable({ [ID]: ofClient })], [capable()]],
	])("[transparent.conformance-gate] forgives %s", (_, sent, bare) => {
		expect(withoutExtension(sent)).toEqual(bare);
	});

	it.each([
		["another extension", capable({ "a/b": ofClient })],
		["other settings of ours", capable({ [ID]: { ...ofServer, receipts: true } })],
		["an extension that was there and empty", capable({})],
		["a declaration elsewhere", { capabilities: { experimental: { [ID]: ofClient } } }],
		["another member of _meta", { _meta: { [`${ID}-2`]: {} } }],
		["another error of that check", advertised("capabilities.tasks MUST NOT be present", true)],
		[
			"that error of another check",
			advertised(
				'capabilities.extensions["io.modelcontextprotocol/tasks"] MUST be present',
				true,
				"a",
			),
		],
		["a block elsewhere", { params: { [ID]: { v: "1.0" } } }],
	])("[transparent.conformance-gate] does not forgive %s", (_, sent) => {
		expect(withoutExtension(sent)).toEqual(sent);
	});

	it("[transparent.conformance-gate] goes by the product's own identifier", () => {
		expect(AUDIT_EXTENSION).toBe(ID);
	});
});
