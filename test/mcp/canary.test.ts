import { instrumentation } from "@mcp-trail/mcp";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { as, fakeAudit, generations, tick } from "./support.ts";

const C = "CANARY";
const uri = `https://${C}:${C}@host.example/p?${C}=${C}#${C}`;

type Handlers = {
	setRequestHandler(method: unknown, handler: (request: unknown) => unknown): void;
};

describe.each(generations)("$name", (sdk) => {
	it("[wire.field_digests_only] [system.gateway_view] [private.canary] no value appears in any event, warning or key name", async () => {
		const audit = fakeAudit(() => ({ intent: true }));
		const warnings: unknown[] = [];
		const trail = instrumentation({ audit, onWarning: (warning) => warnings.push(warning) });
		const server = trail.server(
			new sdk.McpServer({ name: "s", version: "1" }, { capabilities: { logging: {} } }),
		);
		const client = trail.client(
			new sdk.Client({ name: "c", version: "1" }, { capabilities: { elicitation: {} } }),
		);
		const any = { inputSchema: as<z.ZodObject>(z.looseObject({})) };
		server.registerTool("ok", any, () => ({
			content: [
				{ type: "text", text: C },
				{ type: "resource_link", name: C, uri },
				{ type: "image", data: C, mimeType: "image/png" },
			],
			structuredContent: { [C]: C },
			_meta: { [C]: C },
		}));
		server.registerTool("fail", any, () => ({
			content: [{ type: "text", text: C }],
			isError: true,
		}));
		server.registerTool("throw", any, () => {
			throw Object.assign(new Error(C), { data: C });
		});
		server.registerTool("ask", any, async () => {
			await as<{ elicitInput(params: object): Promise<unknown> }>(server.server).elicitInput({
				message: C,
				requestedSchema: { type: "object", properties: { [C]: { type: "string" } } },
			});
			return { content: [] };
		});
		server.registerResource("r", uri, {}, () => ({ contents: [{ uri, text: C }] }));
		as<Handlers>(client).setRequestHandler(
			sdk.name === "v1" ? ElicitRequestSchema : "elicitation/create",
			() => ({ action: "accept", content: { [C]: C } }),
		);
		const [near, far] = sdk.pair();
		const send = near.send.bind(near);
		const authInfo = {
			token: C,
			clientId: "id",
			scopes: ["s"],
			extra: { sub: "u", raw: C, [C]: C },
		};
		Object.assign(near, { send: (frame: unknown) => send(frame, { authInfo }) });
		await server.connect(as(far));
		await client.connect(as(near));
		const args = { [C]: C, deep: { [C]: [C] } };
		for (const name of ["ok", "fail", "throw", "ask", "nosuch"])
			await sdk
				.callTool(client, { name, arguments: args, _meta: { [C]: C, progressToken: C } })
				.catch(() => {});
		await client.readResource({ uri }).catch(() => {});
		await client.readResource({ uri: `test://none/?${C}` }).catch(() => {});
		await near.send({ jsonrpc: "2.0", id: "free", method: "x/y", params: { [C]: C }, [C]: C });
		await near.send({
			jsonrpc: "2.0",
			method: "notifications/cancelled",
			params: { requestId: 99, reason: C },
		});
		await tick(10);
		await client.close();
		const said = JSON.stringify(audit.events);
		expect(audit.events.length).toBeGreaterThan(20);
		expect(audit.outcomes("elicitation/create")).toHaveLength(2);
		// The place, not the whole text: it would be a long message.
		expect(
			said.slice(Math.max(0, said.indexOf(C) - 200)).slice(0, said.includes(C) ? 260 : 0),
		).toBe("");
		expect(said).not.toContain(Buffer.from(C).toString("base64"));
		expect(JSON.stringify(warnings)).toBe("[]");
		// An answer's length gives it away: nothing of it is kept.
		for (const event of audit.outcomes("elicitation/create")) {
			expect(event.response).toEqual({ undigested: "policy" });
			expect(event.input).toMatchObject({ kind: "elicitation", action: "accept", fields: 1 });
		}
		// An intent is closed by its outcome.
		const intents = audit.events.filter(({ phase }) => phase === "intent");
		const closes = audit.events.map(({ operation }) => operation?.intent_id).filter(Boolean);
		expect(new Set(closes)).toEqual(new Set(intents.map(({ id }) => id)));
		expect(intents.length).toBe(closes.length);
	});
});
