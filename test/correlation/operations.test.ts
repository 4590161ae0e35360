import { AUDIT_EXTENSION, withCallContext } from "@mcp-trail/mcp";
import { inputRequired } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { as } from "../mcp/support.ts";
import { type Build, connect, generations, side, text } from "./world.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const echo: Build = (server, generation) => {
	server.registerTool(
		"echo",
		as({
			inputSchema: generation === "v1" ? { note: z.string() } : z.object({ note: z.string() }),
		}),
		as(async ({ note }: { note: string }) => {
			if (note === "fail") throw new Error("no");
			return text(note);
		}),
	);
};

describe.each(generations)("%s", (generation) => {
	it("[complete.operation_both_sides] one call has one operation at both ends, minted by the client", async () => {
		const near = side(true);
		const far = side(true);
		const { client } = await connect(generation, echo, { client: near, server: far });
		await client.callTool({ name: "echo", arguments: { note: "one" } });
		await client.callTool({ name: "echo", arguments: { note: "one" } });
		const here = near.audit.outcomes("tools/call");
		const there = far.audit.outcomes("tools/call");
		expect(here).toHaveLength(2);
		expect(here.map(({ operation }) => operation?.id)).toEqual(
			there.map(({ operation }) => operation?.id),
		);
		expect(new Set(here.map(({ operation }) => operation?.id)).size).toBe(2);
		for (const { operation } of [...here, ...there]) {
			expect(operation?.id).toMatch(UUID);
			expect(operation).toMatchObject({ source: "extension", attempt: 1, leg: 0, hop: 0 });
		}
		expect(there.map(({ operation }) => operation?.peer_event_id)).toEqual(
			here.map(({ id }) => id),
		);
	});

	it("[system.retry] [complete.retry_attempts] the same call again within one operation is another attempt", async () => {
		const near = side(true);
		const far = side(true);
		const { client } = await connect(generation, echo, { client: near, server: far });
		await withCallContext({ operationId: "op-7", turnId: "turn-1" }, async () => {
			await client.callTool({ name: "echo", arguments: { note: "fail" } });
			await client.callTool({ name: "echo", arguments: { note: "fail" } });
			await client.callTool({ name: "echo", arguments: { note: "other" } });
		});
		for (const { audit } of [near, far]) {
			const calls = audit.outcomes("tools/call").map(({ operation }) => operation);
			expect(calls).toMatchObject([
				{ id: "op-7", attempt: 1, leg: 0, turn_id: "turn-1" },
				{ id: "op-7", attempt: 2, leg: 0, turn_id: "turn-1" },
				{ id: "op-7", attempt: 1, leg: 0, turn_id: "turn-1" },
			]);
		}
		expect(near.audit.outcomes("tools/call")[1]?.operation?.retry_reason).toBe("application");
	});
});

const asking: Build = (server) => {
	server.registerTool(
		"confirm",
		{ inputSchema: z.object({ what: z.string() }) },
		async (_args, context) => {
			if (context.mcpReq.inputResponses === undefined)
				return inputRequired({
					inputRequests: {
						sure: inputRequired.elicit({
							message: "Sure?",
							requestedSchema: { type: "object", properties: { yes: { type: "boolean" } } },
						}),
					},
					requestState: "state-1",
				});
			return text("done");
		},
	);
};

describe("rounds of one call (MRTR)", () => {
	it.each([true, false])(
		"[complete.mrtr_legs] are legs of one attempt of one operation, extension: %s",
		async (extension) => {
			const near = side(extension);
			const far = side(extension);
			const { client, wire } = await connect(
				"v2 modern",
				asking,
				{ client: near, server: far },
				{ capabilities: { elicitation: {} } },
			);
			client.setRequestHandler("elicitation/create", async () => ({
				action: "accept",
				content: { yes: true },
			}));
			await client.callTool({ name: "confirm", arguments: { what: "all" } });
			for (const { audit } of [near, far]) {
				const [first, second, ...rest] = audit.outcomes("tools/call");
				expect(rest).toEqual([]);
				expect(second?.operation?.id).toBe(first?.operation?.id);
				expect(first?.operation?.leg).toBe(0);
				expect(second?.operation?.leg).toBe(1);
				expect(second?.operation?.attempt).toBe(extension ? 1 : undefined);
				expect(first?.mrtr).toEqual({
					state: "issued",
					state_digest: expect.stringMatching(/^hmac-sha256:/),
					requested: ["elicitation/create"],
				});
				expect(second?.mrtr).toEqual({
					state: "match",
					state_digest: first?.mrtr?.state_digest,
					answered: 1,
					arguments_match: true,
				});
				expect(JSON.stringify(audit.events)).not.toContain("state-1");
			}
			expect(wire.sent.join("")).toContain(extension ? AUDIT_EXTENSION : "");
			expect(wire.sent.join("").includes(AUDIT_EXTENSION)).toBe(extension);
		},
	);
});
