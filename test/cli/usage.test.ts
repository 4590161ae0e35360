import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { inProcess } from "./in-process.ts";
import { startCli } from "./run-cli.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const example = path("../../schemas/event/1.0/valid/example.ndjson");
const commands = ["verify", "tail", "validate", "hash", "convert", "test-event", "doctor"];

describe("how the commands are used", () => {
	it.each(commands)("[cli.usage] %s --help states its exit codes", async (name) => {
		const { stdout, exitCode } = await inProcess([name, "--help"]);
		expect(stdout).toMatch(/^Exit codes: 0 /m);
		expect(exitCode).toBe(0);
	});

	it("[cli.usage] --help lists every command", async () => {
		const { stdout } = await inProcess(["--help"]);
		const listed = [...stdout.matchAll(/^ {2}([a-z-]+) \[/gm)].map(([, name]) => name);
		expect(listed).toEqual([...commands, "help"]);
	});

	it.each([
		["an option that it does not have", ["verify", "--nope", "x"], "unknown option '--nope'"],
		["a number that is none", ["verify", "--max-faults", "x", "y"], "Give a whole number."],
		["a time that is none", ["doctor", "--timeout-ms", "1s"], "Give a whole number."],
		["two forms at once", ["verify", "--json", "--text", "x"], "cannot be used with"],
		["nothing to read", ["validate"], "missing required argument"],
	])("[cli.errors] %s exits with 2 and names the help of its command", async (_, args, says) => {
		const { stdout, stderr, exitCode } = await inProcess(args);
		expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
		expect(stderr).toContain(says);
		expect(stderr).toContain(`Run mcp-trail ${args[0]} --help`);
	});

	const events = readFileSync(example, "utf8").repeat(200);
	const wrong = '{"type":1}\n';
	it.each([
		["convert", ["convert", "--to", "ecs"], "", events, 0],
		["convert that left a line out", ["convert", "--to", "ecs"], wrong, events, 1],
		["validate", ["validate", "-"], wrong, wrong.repeat(2_000), 1],
	])(
		"[cli.pipe] %s ends when nobody reads any more, as what was read until then says",
		async (_, args, first, more, code) => {
			const child = startCli(args);
			let stderr = "";
			child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
			child.stdin.on("error", () => {});
			// Its input has no end: what ends the command is its reader.
			child.stdin.write(first + events + more);
			child.stdout.once("data", () => {
				child.stdout.destroy();
				child.stdin.write(more);
			});
			const exitCode = await new Promise((resolve) => child.on("close", resolve));
			expect({ exitCode, failed: /mcp-trail: |abort/i.test(stderr) }).toEqual({
				exitCode: code,
				failed: false,
			});
		},
	);

	// A device that is always full, which only Linux has.
	it.runIf(existsSync("/dev/full")).each([
		["events", ["tail", "--json", example]],
		["help", ["convert", "--help"]],
	])(
		"[cli.full] a disk that is full is no success: of %s it says so and exits with 2",
		(_, args) => {
			const full = openSync("/dev/full", "w");
			const { status, stderr } = spawnSync(
				process.execPath,
				[
					"--import",
					"tsx",
					"--conditions=@mcp-trail/source",
					path("../../packages/cli/src/main.ts"),
					...args,
				],
				{ encoding: "utf8", stdio: ["ignore", full, "pipe"] },
			);
			closeSync(full);
			expect(status).toBe(2);
			expect(stderr).toMatch(
				/^mcp-trail: Standard output cannot be written, .*ENOSPC.* Make room/m,
			);
		},
	);
});
