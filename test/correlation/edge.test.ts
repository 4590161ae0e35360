import { AUDIT_EXTENSION as ID } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import { expect, it } from "vitest";
import { as } from "../mcp/support.ts";
import { side, URL_HERE } from "./world.ts";

/** An edge whose host parses bodies, and refuses everybody. */
function refusing(extension: boolean) {
	const { audit } = side(extension);
	const edge = httpEdge({ audit });
	const host = edge.fetch(
		as<(request: Request, extras: object) => Promise<Response>>(
			async () => new Response(null, { status: 401 }),
		),
	);
	return {
		audit,
		flush: () => edge.flush(),
		ask: async (block: unknown, meta: object = {}): Promise<void> => {
			const parsedBody = {
				jsonrpc: "2.0",
				id: 1,
				method: "tools/call",
				params: { name: "pay", _meta: { ...meta, [ID]: block } },
			};
			const { status } = await host(new Request(URL_HERE, { method: "POST" }), { parsedBody });
			expect(status).toBe(401);
		},
	};
}

it("[complete.refused_operation] what is refused before a transport belongs to the operation that its block names", async () => {
	const { audit, ask, flush } = refusing(true);
	const parentEventId = "01a1f874-3e21-7b02-8c55-1d2e3f405162";
	await ask({ v: "1.0", operationId: "op-1", attempt: 2, turnId: "turn-1", parentEventId });
	expect(audit.outcomes("tools/call").map(({ operation }) => operation)).toEqual([
		{
			id: "op-1",
			source: "extension",
			attempt: 2,
			leg: 0,
			hop: 0,
			peer_event_id: parentEventId,
			turn_id: "turn-1",
		},
	]);
	// Those alike share an event, which names an operation only where that of all is the same.
	for (const operationId of ["op-2", "op-2"]) await ask({ v: "1.0", operationId });
	flush();
	for (const operationId of ["op-3", "op-4"]) await ask({ v: "1.0", operationId });
	flush();
	expect(audit.events.slice(1).map(({ count, operation }) => [count, operation?.id])).toEqual([
		[2, "op-2"],
		[2, undefined],
	]);
});

it("[complete.refused_operation] a block that is malformed, or that nobody asked for, is none: then it is the trace", async () => {
	const traceparent = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`;
	for (const [extension, block] of [
		[true, { v: "1.0", operationId: "a b" }],
		[true, "op-1"],
		[false, { v: "1.0", operationId: "op-1" }],
	] as const) {
		const { audit, ask } = refusing(extension);
		await ask(block, { traceparent });
		expect(audit.events[0]?.operation).toEqual({ id: "ab".repeat(16), source: "trace" });
	}
});
