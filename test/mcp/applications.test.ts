import { approvalDecided, discoveryRead, instrumentClient } from "@mcp-trail/mcp";
import { describe, expect, it } from "vitest";
import { as, fakeAudit, generations } from "./support.ts";

const hidden = "\u202e";

describe("what applications tell", () => {
	it("[wire.field_approval_view] [complete.approval] a decision has the digest that the call itself will have", async () => {
		const [sdk] = generations;
		const audit = fakeAudit();
		const args = { title: "Printer on fire", tags: ["b", "a"] };
		approvalDecided(audit, {
			action: "accept",
			decidedBy: "user",
			target: { kind: "tool", name: "create_ticket" },
			server: { id: "https://tickets.example", name: "tickets" },
			arguments: { tags: ["b", "a"], title: "Printer on fire" },
			definitionDigest: `sha256:${"a".repeat(64)}`,
			by: { id: "ada", issuer: "https://idp.example" },
			tookMs: 1500,
			operationId: "op-1",
			rule: "ask-for-writes",
		});
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		server.registerTool(
			"create_ticket",
			{},
			as<never>(() => ({ content: [] })),
		);
		const client = instrumentClient(new sdk.Client({ name: "probe", version: "2.0.0" }), { audit });
		const [near, far] = sdk.pair();
		await server.connect(as(far));
		await client.connect(as(near));
		await sdk.callTool(client, { name: "create_ticket", arguments: args });
		const [decided] = audit.events;
		const [call] = audit.outcomes("tools/call", "client");
		expect(decided).toMatchObject({
			type: "mcp.approval.decided",
			severity: "informational",
			duration_us: 1_500_000,
			outcome: { status: "success" },
			actor: {
				principal: { type: "user", id: "ada", assurance: "asserted", source: "application" },
			},
			target: { kind: "tool", name: "create_ticket", server: { id: "https://tickets.example" } },
			operation: { id: "op-1", source: "local" },
			recording: { rule: "ask-for-writes" },
			input: { kind: "approval", action: "accept", decided_by: "user" },
			definition: { approved_digest: `sha256:${"a".repeat(64)}` },
		});
		expect(decided?.request?.digest).toBe(call?.request?.digest);
		expect(JSON.stringify(decided)).not.toContain("Printer");
	});

	it("[complete.approval] a refusal is a denial, whatever else is said", () => {
		const audit = fakeAudit();
		approvalDecided(audit, {
			action: "decline",
			decidedBy: "policy",
			target: { kind: "tool", name: hidden.repeat(1000) },
			definitionDigest: "none",
			by: { id: "" },
			tookMs: Number.NaN,
			operationId: "",
			rule: "",
			arguments: 1n,
		});
		expect(audit.events[0]).toMatchObject({
			severity: "medium",
			outcome: { status: "denied", layer: "policy", reason: "approval_declined", executed: "no" },
			request: { undigested: "not_json" },
		});
	});

	it("[system.discovery] [complete.discovery] a card that was read is told, and what it said before where it changed", () => {
		const audit = fakeAudit();
		const url = "https://user:pw@mcp.example.com/mcp/server-card?token=x#y";
		const read = (document: object): void =>
			discoveryRead(audit, {
				source: "server_card",
				url,
				document,
				httpStatus: 200,
				etag: '"1"',
				name: `desk${hidden}`,
				version: "1",
			});
		read({ name: "com.example/desk", version: "1" });
		read({ version: "1", name: "com.example/desk" });
		read({ name: "com.example/desk", version: "2" });
		discoveryRead(audit, { source: "registry", url, httpStatus: 404 });
		const [one, two, three, four] = audit.events.map(({ discovery }) => discovery);
		expect(one).toMatchObject({
			source: "server_card",
			url: "https://mcp.example.com/mcp/server-card",
			etag: '"1"',
		});
		expect(two).toEqual(one);
		expect(three?.previous_digest).toBe(one?.digest);
		expect(four).not.toHaveProperty("digest");
		expect(audit.events[3]?.outcome).toEqual({
			status: "failure",
			layer: "transport",
			reason: "http_refused",
			http_status: 404,
		});
		expect(JSON.stringify(audit.events)).not.toMatch(/pw|token=/u);
	});
});
