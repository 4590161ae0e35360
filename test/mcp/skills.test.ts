import { instrumentation } from "@mcp-trail/mcp";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler, InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import { memorySkillFiles, SkillsExtension } from "@modelcontextprotocol/server/ext/skills";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { as, fakeAudit, generations } from "./support.ts";

const MAIN = "---\nname: refund\ndescription: How to refund\n---\nAsk first.\n";

describe.each(["modern", "legacy"] as const)("v2, %s era: skills", (era) => {
	async function connected() {
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		const files: Record<string, string> = {
			"refund/SKILL.md": MAIN,
			"refund/references/GUIDE.md": "the guide",
		};
		const skills = await SkillsExtension.load(memorySkillFiles(files));
		const build = (): McpServer => {
			const server = new McpServer({ name: "desk", version: "1.0.0" });
			skills.attach(server);
			return trail.server(server);
		};
		const client = trail.client(
			new Client(
				{ name: "probe", version: "2.0.0" },
				era === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {},
			),
		);
		if (era === "modern") {
			const handler = createMcpHandler(build);
			const fetch = (url: string | URL, init?: RequestInit): Promise<Response> =>
				handler.fetch(new Request(url, init));
			await client.connect(
				new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }),
			);
		} else {
			const [near, far] = InMemoryTransport.createLinkedPair();
			await build().connect(far);
			await client.connect(near);
		}
		return { audit, client };
	}

	it("[system.skills] [complete.skills] what is declared of a skill's files is held against what is read", async () => {
		const { audit, client } = await connected();
		const any = z.looseObject({});
		const list = await client.request({ method: "skills/list", params: {} }, any);
		const [skill] = as<{ uri: string; resources: { uri: string; digest: string }[] }[]>(
			list["skills"],
		);
		const uri = skill?.uri ?? "";
		await client.request({ method: "skills/get", params: { uri } }, any);
		await client.readResource({ uri });
		for (const role of ["client", "server"] as const) {
			const declared = skill?.resources.find((one) => one.uri === uri)?.digest;
			expect(audit.outcomes("skills/list", role)).toHaveLength(1);
			const [got] = audit.outcomes("skills/get", role);
			expect(got).toMatchObject({
				target: { kind: "skill", uri },
				skill: { uri, declared_digest: declared },
			});
			const [read] = audit.outcomes("resources/read", role);
			expect(read?.skill).toEqual({
				uri,
				declared_digest: declared,
				digest: declared,
				match: true,
			});
		}
	});
});

describe.each(generations)("$name: skills and methods of anybody's own", (sdk) => {
	async function asked(answers: Readonly<Record<string, object>>) {
		const audit = fakeAudit();
		const trail = instrumentation({ audit });
		const server = trail.server(new sdk.Server({ name: "desk", version: "1.0.0" }));
		Object.assign(server, {
			fallbackRequestHandler: async ({ method }: { method: string }) => answers[method] ?? {},
		});
		const [, far] = sdk.pair();
		await server.connect(as(far));
		let id = 0;
		const ask = async (method: string, params: object = {}): Promise<void> => {
			id++;
			far.onmessage?.({ jsonrpc: "2.0", id, method, params });
			await new Promise((resolve) => setTimeout(resolve, 5));
		};
		return { audit, ask };
	}

	it("[complete.skills] a file that is not what was declared does not match", async () => {
		const uri = "skill://refund/SKILL.md";
		const { audit, ask } = await asked({
			"skills/get": {
				skill: { uri, resources: [{ uri, digest: `sha256:${"0".repeat(64)}`, size: 1 }] },
			},
			"resources/read": { contents: [{ uri, text: "something else" }] },
			"resources/directory/read": { resources: [] },
		});
		await ask("skills/get", { uri });
		await ask("resources/read", { uri });
		await ask("resources/directory/read", { uri: "skill://refund/" });
		expect(audit.outcomes("resources/read")[0]?.skill).toMatchObject({ match: false });
		expect(audit.outcomes("resources/directory/read")[0]).toMatchObject({
			target: { kind: "skill" },
			skill: { uri: "skill://refund/" },
		});
	});

	it("[complete.custom_methods] any method has an outcome event, whatever it is called", async () => {
		const { audit, ask } = await asked({});
		const methods = ["acme/run", "x", "events/poll", "constructor", "__proto__", "tools/Call"];
		for (const method of methods) await ask(method);
		expect(
			audit.events.filter(({ phase }) => phase === "outcome").map(({ mcp }) => mcp?.method),
		).toEqual(methods);
	});
});
