import { instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import { describe, expect, it } from "vitest";
import { as, fakeAudit, generations, type Generation, tick, type Transport } from "./support.ts";

type Notify = (notification: { method: string; params: object }) => Promise<void>;
type Meta = { readonly _meta?: { readonly progressToken?: number } };
/** What a tool is handed: 1.x, and 2.x. */
type Context = Meta & { sendNotification?: Notify; mcpReq?: Meta & { notify: Notify } };

async function connected(sdk: Generation) {
	const audit = fakeAudit();
	const server = new sdk.McpServer(
		{ name: "desk", version: "1.0.0" },
		{ capabilities: { logging: {} } },
	);
	const client = new sdk.Client({ name: "probe", version: "2.0.0" });
	instrumentServer(server, { audit });
	instrumentClient(client, { audit });
	server.registerTool(
		"steps",
		{},
		as<never>(async (context: Context) => {
			const notify = as<Notify>(context.sendNotification ?? context.mcpReq?.notify);
			const { _meta: meta } = context.mcpReq ?? context;
			const progressToken = meta?.progressToken;
			for (let progress = 1; progress <= 3; progress++)
				if (progressToken !== undefined)
					await notify({ method: "notifications/progress", params: { progressToken, progress } });
			for (const data of ["first", "second"])
				await notify({ method: "notifications/message", params: { level: "info", data } });
			return { content: [] };
		}),
	);
	const [near, far] = sdk.pair();
	await server.connect(as(far));
	await client.connect(as(near));
	return { audit, sdk, client, server, near: as<Transport>(near) };
}

describe.each(generations)("$name: notifications of a request", (sdk) => {
	it("[complete.counted_notifications] are counted into its event, on the side that knows whose they are", async () => {
		const { audit, client } = await connected(sdk);
		const seen: number[] = [];
		await sdk.callTool(
			client,
			{ name: "steps" },
			{ onprogress: ({ progress }: { progress: number }) => seen.push(progress) },
		);
		await sdk.callTool(client, { name: "steps" });
		expect(seen).toEqual([1, 2, 3]);
		const counts = (role: "client" | "server") =>
			audit.outcomes("tools/call", role).map(({ mcp }) => [mcp?.progress_count, mcp?.log_count]);
		expect(counts("server")).toEqual([
			[3, 2],
			[undefined, 2],
		]);
		// Whose a log message is does not stand on the wire.
		expect(counts("client")).toEqual([
			[3, undefined],
			[undefined, undefined],
		]);
	});

	it("[complete.counted_notifications] a token nobody gave out, or gave out before, counts for nobody", async () => {
		const { audit, client, near } = await connected(sdk);
		await sdk.callTool(client, { name: "steps" }, { onprogress: () => undefined });
		for (const progressToken of [99, "__proto__", null, {}, 1])
			near.onmessage?.({
				jsonrpc: "2.0",
				method: "notifications/progress",
				params: { progressToken, progress: 1 },
			});
		await tick();
		await sdk.callTool(client, { name: "steps" });
		const counted = audit.outcomes("tools/call", "client").map(({ mcp }) => mcp?.progress_count);
		expect(counted).toEqual([3, undefined]);
	});
});
