import { instrumentation } from "@mcp-trail/mcp";
import { expect, it } from "vitest";
import { echoing } from "./http-pair.ts";
import { as, fakeAudit, generations } from "./support.ts";

it.each(generations)(
	"[honest.gate_ignored] $name: says once that a gate of the policy holds nothing back",
	async (generation) => {
		const said: string[] = [];
		const gate = { sinks: 1, withinMs: 1000, otherwise: "refuse" } as const;
		const trail = instrumentation({
			audit: fakeAudit(() => ({ gate })),
			onWarning: ({ code }) => void said.push(code),
		});
		const server = trail.server(echoing(generation));
		const client = new generation.Client({ name: "probe", version: "1.0.0" });
		const [near, far] = generation.pair();
		await as<InstanceType<typeof generation.McpServer>>(server).connect(as(far));
		await client.connect(as(near));
		const call = { name: "echo", arguments: { text: "hi" } };
		expect(await generation.callTool(client, call)).toMatchObject({ content: [{ text: "hi" }] });
		expect(said).toEqual(["gate_ignored"]);
		await client.close();
	},
);
