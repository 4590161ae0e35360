import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findingRules, type FindingRule } from "@mcp-trail/event";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** The test in which each rule fires on real traffic. */
const fires: Readonly<Record<FindingRule, string>> = {
	duplicate_side_effect: "test/correlation/extension.test.ts",
	over_scope: "test/mcp/fetch-companion.test.ts",
	token_passthrough: "test/mcp/fetch-companion.test.ts",
	unlisted_server: "test/mcp/identity.test.ts",
};

const producing = /finding(?:Of|From)\(\s*"(?<rule>[a-z_]+)"/gu;

async function rulesMade(): Promise<ReadonlySet<string | undefined>> {
	const folder = join(root, "packages/mcp/src");
	const names = (await readdir(folder, { recursive: true })).filter(
		(name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
	);
	const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
	return new Set(
		texts.flatMap((text) => [...text.matchAll(producing)].map(({ groups }) => groups?.["rule"])),
	);
}

it("[honest.finding_rules] says of no rule that it is there which nothing makes, and makes none that is not said", async () => {
	expect(await rulesMade()).toEqual(new Set(Object.keys(findingRules)));
	for (const [rule, test] of Object.entries(fires))
		expect(await readFile(join(root, test), "utf8")).toContain(`rule: "${rule}"`);
});
