import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../tamper/random.ts";
import { inProcess } from "./in-process.ts";
import { makeStream, parsed } from "../tamper/trails.ts";

let dir: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), "mcp-trail-terminal-"));
});
afterAll(() => rm(dir, { recursive: true }));

/** Runs a command as if a person sat in front of it. */
const onTerminal = async (
	args: readonly string[],
	stdin: string | AsyncIterable<Uint8Array> = "",
) => inProcess(args, { stdin, isTerminal: true });

async function* slowly(lines: readonly string[]): AsyncGenerator<Uint8Array> {
	for (const line of lines) {
		yield Buffer.from(line, "latin1");
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

describe("mcp-trail verify on a terminal", () => {
	const stream = makeStream(random(2), 8);
	const head = `${stream.streamId}:8:${parsed(stream.lines.at(-1) ?? "").integrity.hash}`;

	it("[cli.report] tells a person what is good, and what only a head can show", async () => {
		const file = join(dir, "good.ndjson");
		await writeFile(file, stream.lines.join(""), "latin1");
		const { exitCode, stdout, stderr } = await onTerminal(["verify", file]);
		expect(stdout).toMatch(/^GOOD \(consistent only\): 8 records in 1 stream, [0-9.]+ kB\n/);
		expect(stdout).toContain("only a head kept elsewhere can show");
		expect(stdout).toContain(`  ${head}\n`);
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
		const anchored = await onTerminal(["verify", file, "--head", head]);
		expect(anchored.stdout).toMatch(/^GOOD \(anchored\)/);
		expect(anchored.stdout).not.toContain("only a head kept elsewhere");
	});

	it("[cli.report] names each fault, what it means and where it is, with nothing that acts on the terminal", async () => {
		const file = join(dir, "bad\u001b[31m.ndjson");
		const [one, two = "", three, , five] = stream.lines;
		const edited = two.replace("mcp.request", "mcp.reQuest");
		await writeFile(file, [one, edited, three, five].join(""), "latin1");
		const { exitCode, stdout } = await onTerminal(["verify", file]);
		expect(stdout).toMatch(/^2 FAULTS: 4 records in 1 stream/);
		expect(stdout).toContain(
			`  edited       record 2 of ${stream.streamId} was changed after it was written`,
		);
		expect(stdout).toContain(`  removed      record 4 of ${stream.streamId} missing`);
		expect(stdout).toContain(", line 4, byte ");
		expect(stdout).not.toContain("\u001b");
		expect(exitCode).toBe(1);
		expect(stdout).toContain(`  ${stream.streamId}  records 1 to 5  faulty, no clean end\n`);
		expect(stdout).not.toContain("Heads, to be kept");
	});

	it("[cli.progress] shows on standard error how far long input is, and clears it", async () => {
		const { stderr } = await onTerminal(["verify", "-"], slowly(stream.lines));
		expect(stderr.split("\r\u001b[K")[1]).toMatch(/^[0-9.]+ k?B, [0-9] lines, 0 faults$/);
		expect(stderr.endsWith("\r\u001b[K")).toBe(true);
	});
});
