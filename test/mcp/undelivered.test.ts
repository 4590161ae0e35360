import { instrumentServer } from "@mcp-trail/mcp";
import { expect, it } from "vitest";
import { as, fakeAudit, generations, until } from "./support.ts";

it.each(generations)(
	"[wire.outcome_undelivered] $name: a call whose answer cannot be sent keeps its outcome",
	async (sdk) => {
		const audit = fakeAudit();
		const server = new sdk.McpServer({ name: "desk", version: "1" });
		instrumentServer(server, { audit });
		server.registerTool("done", {}, () => ({ content: [] }));
		const [near, far] = sdk.pair();
		// The line breaks before the answer.
		Object.assign(far, { send: () => Promise.reject(new Error("gone")) });
		Object.assign(near, { onmessage: () => undefined });
		await server.connect(as(far));
		far.onmessage?.({
			jsonrpc: "2.0",
			id: 1,
			method: "tools/call",
			params: { name: "done", arguments: {} },
		});
		await until(() => audit.outcomes("tools/call").length > 0, "the outcome");
		expect(audit.outcomes("tools/call").map(({ outcome }) => outcome)).toEqual([
			{ status: "success", executed: "yes", delivered: false },
		]);
		await server.close();
	},
);
