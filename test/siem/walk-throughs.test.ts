import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSinksConfig } from "@mcp-trail/sinks/config";
import { describe, expect, it } from "vitest";
import { walkthrough } from "../services/walkthrough/walkthrough.ts";
import { namesIn, stanzas } from "./siem-content.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = readdirSync(join(root, "docs/siem")).filter((name) => name !== "README.md");
/** The rows of the index. */
const index = read("docs/siem/README.md")
	.split("\n")
	.filter((line) => /^\| .* \| `\.\//u.test(line))
	.map((line) => {
		const [, sink = "", , link = ""] = line.split(" | ");
		return { sink: sink.replaceAll("`", ""), target: /\]\(([^)#]+)/u.exec(link)?.[1] ?? "" };
	});
const subpaths = Object.keys(JSON.parse(read("packages/sinks/package.json")).exports).filter(
	(name) => !["./config", "./package.json"].includes(name),
);

const words = (text: string) => text.split(/\s+/u).filter((word) => word !== "");

describe("docs/siem", () => {
	it("[docs.siem] says for every sink where its page is", () => {
		expect(index.map(({ sink }) => sink).toSorted()).toEqual(subpaths.toSorted());
		expect(index.filter(({ target }) => !existsSync(join(root, "docs/siem", target)))).toEqual([]);
	});

	it.each(pages)(
		"[docs.siem] %s has the headings of all, in their order, on a screen and a half",
		(page) => {
			const text = read(`docs/siem/${page}`);
			const headings = [...text.matchAll(/^## (.*)$/gmu)].map(([, heading]) => heading);
			expect(headings).toEqual([
				"Prepare",
				"Connect",
				"See the first event",
				"Ask",
				"When it does not arrive",
			]);
			expect(text.split("\n").length).toBeLessThanOrEqual(130);
			expect(text).toContain("mcp-trail test-event --to ");
		},
	);

	it.each(pages)("[docs.siem] %s shows a configuration that is one", (page) => {
		const text = read(`docs/siem/${page}`);
		const blocks = [...text.matchAll(/```json[^\n]*\n([^]*?)```/gu)]
			.map(([, block = ""]) => block)
			.filter((block) => block.includes('"sinks"'));
		const written = [...text.matchAll(/cat > mcp-trail\.json <<END\n([^]*?)\nEND/gu)].map(
			([, block = ""]) => block.replaceAll(/\$\{?\w+\}?/gu, "https://example.com"),
		);
		const configs = [...blocks, ...written];
		expect(configs.length).toBeGreaterThan(0);
		for (const config of configs) {
			const { sinks } = parseSinksConfig(config);
			const commands = text.split("\n").filter((line) => line.includes("test-event"));
			for (const { name } of sinks) expect(commands.join()).toContain(name);
		}
	});

	it("[docs.siem] the queries on a page are those that are shipped", () => {
		const shown = pages.flatMap((page) =>
			[...read(`docs/siem/${page}`).matchAll(/```\w+ (schemas\S+)\n([^]*?)```/gu)].map(
				([, file = "", text]) => [file, text] as const,
			),
		);
		expect(shown.length).toBeGreaterThanOrEqual(3);
		for (const [file, text] of shown) expect(read(file).replaceAll(/^\/\/.*\n/gmu, "")).toBe(text);
	});

	it("[docs.siem] Splunk's first search on its page is the one that is shipped", () => {
		const saved = stanzas(read("schemas/siem/splunk/mcp_trail/default/savedsearches.conf"));
		const search = saved.get("MCP - who called what")?.get("search") ?? "";
		const shown = /## Ask[^]*?```spl\n([^]*?)```/u.exec(read("docs/siem/splunk.md"))?.[1] ?? "";
		expect(words(shown)).toEqual(words(search));
		expect(namesIn(shown).length).toBeGreaterThan(5);
	});

	it.each(["file.md", "splunk.md", "webhook.md"])(
		"[docs.siem_run] %s does what it says",
		async (page) => {
			const { compared } = await walkthrough(`docs/siem/${page}`);
			expect(compared).toBeGreaterThan(0);
		},
		120_000,
	);
});
