import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { differs, readPage } from "./page.ts";
import { walkthrough } from "./walkthrough.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

async function page(text: string): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "page-"));
	onTestFinished(async () => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "page.md"), text.replaceAll("'''", "```"));
	return relative(root, join(folder, "page.md"));
}

describe("[docs.walkthrough_runner] a walk-through", () => {
	it("runs as written: files, one shell for all blocks, the command, and the output shown", async () => {
		const path = await page(`# Page
## Prepare
'''json config.json
{ "a": 1 }
'''
'''sh
X=1 && cd .
'''
## Ask
Between.
'''sh
echo "x=$X y=$Y"; cat config.json; npx mcp-trail --version; date +%s; ls schemas/siem/golden/ecs/mcp.finding.json
'''

'''text
x=1 y=2
{ "a": 1 }
…
schemas/siem/…/ecs/mcp.finding.json
'''
`);
		const { printed, compared } = await walkthrough(path, { env: { Y: "2" } });
		expect([printed[0], compared]).toEqual(["", 1]);
		expect(printed[1]).toMatch(/^\d+\.\d+\.\d+$/mu);
	});

	it.each([
		[
			"a command that fails",
			"'''sh\ntrue\n'''\nand\n'''sh\necho before; false; echo after\n'''",
			":5 failed (1)",
		],
		["a pipe that fails", "'''sh\nfalse | true\n'''", ":1 failed (1)"],
		["another output", "'''sh\necho one\n'''\n\n'''text\ntwo\n'''", ":1: the page shows\ntwo\n"],
		["a command that hangs", "'''sh\nsleep 60\n'''", "not done after 1500 ms"],
		["something that npx would fetch", "'''sh\nnpx cowsay\n'''", "not in a walk-through"],
		["no commands", "'''text\nnothing\n'''", "no sh block"],
		["a block without end", "'''sh\ntrue", "does not end"],
	])("stops at %s and names the line", async (_title, text, says) => {
		await expect(walkthrough(await page(text), { timeoutMs: 1_500 })).rejects.toThrow(says);
	});

	it("leaves out what it is told to", async () => {
		const path = await page(
			"## One\n'''sh\ntrue\n'''\n## When it does not arrive\n'''sh\nfalse\n'''\n",
		);
		await expect(
			walkthrough(path, { without: ["When it does not arrive"] }),
		).resolves.toMatchObject({
			compared: 0,
		});
	});

	it("reads an output only where it follows directly", () => {
		const { steps } = readPage("```sh\na\n```\nSome words.\n```text\nb\n```\n");
		expect(steps).toEqual([{ heading: "", line: 1, commands: "a", shows: undefined }]);
	});

	it.each([
		["a\nb", "a\nb\n", true],
		["a…c", "abbbc", true],
		["a…c", "ac", false],
		["a\n…\nd", "a\nb\nc\nd", true],
		["a\n…\nd", "a\nd", true],
		["a.c", "abc", false],
		["a", "a\nb", false],
		["…", "", true],
	])("compares %j with %j", (shown, printed, same) => {
		expect(differs(shown, printed) === undefined).toBe(same);
	});
});
