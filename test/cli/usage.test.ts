import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { inProcess } from "./in-process.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
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

	// A device that is always full, which only Linux has.
	it.runIf(existsSync("/dev/full"))(
		"[cli.full] a disk that is full is no success: it says so and exits with 2",
		() => {
			const full = openSync("/dev/full", "w");
			const { status, stderr } = spawnSync(
				process.execPath,
				[
					"--import",
					"tsx",
					"--conditions=@mcp-trail/source",
					path("../../packages/cli/src/main.ts"),
					"tail",
					"--json",
					path("../../schemas/event/1.0/valid/example.ndjson"),
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
