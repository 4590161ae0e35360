import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "./in-process.ts";
import { startCli } from "./run-cli.ts";

const examples = fileURLToPath(
	new URL("../../schemas/event/1.0/valid/example.ndjson", import.meta.url),
);
let dir: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), "mcp-trail-tail-"));
});
afterAll(() => rm(dir, { recursive: true }));

const event = (name: string): NewEvent => ({
	type: `ext.com.example.${name}`,
	severity: "informational",
});

/** Starts `tail -f` and gives what it has shown so far. */
function follow(args: readonly string[]) {
	const interrupt = new AbortController();
	let shown = "";
	const ended = inProcess(["tail", "-f", ...args], {
		signal: interrupt.signal,
		onStdout: async (text) => void (shown += text),
	});
	return {
		async until(text: string): Promise<string> {
			const deadline = Date.now() + 100_000;
			while (!shown.includes(text)) {
				if (Date.now() > deadline) throw new Error(`${text} was not shown, only: ${shown}`);
				await sleep(20);
			}
			return shown;
		},
		async stop(): Promise<number> {
			interrupt.abort();
			return (await ended).exitCode;
		},
	};
}

describe("mcp-trail tail", () => {
	it("[cli.tail] shows one readable line an event", async () => {
		const { stdout, exitCode } = await inProcess(["tail", examples]);
		expect(stdout).toBe(
			[
				"2026-11-20T10:15:30.123Z  mcp.request outcome  user:00u1f8mz4k via desk  tools/call create_ticket  success executed:yes  41.9 ms",
				"2026-11-20T10:17:02.004Z  trail.lost  1284 lost: disk_full",
				"",
			].join("\n"),
		);
		expect(exitCode).toBe(0);
	});

	it("[cli.tail] shows the last n, or the stored lines byte for byte", async () => {
		const stored = await readFile(examples);
		const raw = await inProcess(["tail", "--json", "-n", "all", "-"], { stdin: stored });
		expect(raw.stdout).toBe(stored.toString().replace(/\n?$/, "\n"));
		const last = await inProcess(["tail", "-n", "1", "-"], { stdin: stored });
		expect(last.stdout).toMatch(/^2026-11-20T10:17:02.004Z {2}trail.lost.*\n$/);
	});

	it("[cli.escaped] lets no line of a trail act on the terminal", async () => {
		const hostile = JSON.stringify({
			time: "\u001b]0;owned\u0007",
			type: "mcp.request\nforged line",
			target: { name: "\u202etxt.exe" },
			mcp: { method: { toString: "no string" } },
			actor: { principal: { type: "user", id: "\u001b[2J" } },
		});
		const { stdout } = await inProcess(["tail", "-"], {
			stdin: `${hostile}\nnot json \u001b[31m\n{"outcome":null}\n[]\n`,
		});
		expect(stdout.split("\n")).toHaveLength(5);
		expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
		expect(stdout).toContain("\\u{1b}");
	});

	it("[cli.tail] follows a trail over rotation and into new streams, and shows nothing twice", async () => {
		const folder = join(dir, "trail");
		const open = async () => {
			const audit = openAudit({
				service: "cli-test",
				trail: fileTrail({ dir: folder, segmentBytes: 4096, durability: "os" }),
			});
			await audit.ready;
			return audit;
		};
		const first = await open();
		first.record(event("before"));
		await first.flush(AbortSignal.timeout(10_000));
		const tail = follow([folder]);
		await tail.until("ext.com.example.before");
		for (let at = 0; at < 40; at++) first.record(event("rotated"));
		first.record(event("last_of_first"));
		await first.close();
		await tail.until("ext.com.example.last_of_first");
		const second = await open();
		second.record(event("second_stream"));
		await second.close();
		const shown = await tail.until("ext.com.example.second_stream");
		expect(shown.match(/ext\.com\.example\.rotated/g)).toHaveLength(40);
		expect(shown.match(/ext\.com\.example\.before/g)).toHaveLength(1);
		expect(await tail.stop()).toBe(0);
	});

	it("[cli.tail] follows a file that grows and one put in its place", async () => {
		const file = join(dir, "log.ndjson");
		await writeFile(file, '{"type":"one"}\n{"type":"tw');
		const tail = follow([file]);
		await tail.until("one\n");
		await appendFile(file, 'o"}\n');
		await tail.until("two\n");
		await rename(file, `${file}.1`);
		await writeFile(file, '{"type":"three"}\n');
		expect(await tail.until("three\n")).toBe("one\ntwo\nthree\n");
		expect(await tail.stop()).toBe(0);
	});

	it("[cli.tail] misses nothing that a file got just before another was put in its place", async () => {
		const file = join(dir, "rotated.ndjson");
		await writeFile(file, '{"type":"one"}\n');
		const tail = follow([file]);
		await tail.until("one\n");
		appendFileSync(file, '{"type":"last of the old"}\n{"type":"cut of');
		renameSync(file, `${file}.1`);
		writeFileSync(file, '{"type":"first of the new"}\n');
		expect(await tail.until("first of the new\n")).toBe(
			'one\nlast of the old\nnot an event: {"type":"cut of\nfirst of the new\n',
		);
		expect(await tail.stop()).toBe(0);
	});

	it("[cli.interrupt] ends at once when interrupted while standard input is silent", async () => {
		const child = startCli(["tail", "-f", "-"]);
		let shown = "";
		child.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
		child.stdin.write('{"type":"one"}\n');
		while (!shown.includes("one")) await new Promise((resolve) => setTimeout(resolve, 20));
		child.kill("SIGINT");
		const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
		const exit = await new Promise((resolve) => child.on("close", resolve));
		clearTimeout(late);
		expect(exit).toBe(0);
	});

	it("[cli.pipe] ends quietly when nobody reads any more", async () => {
		const stdin = `${JSON.stringify({ type: "x".repeat(90) })}\n`.repeat(20_000);
		const child = startCli(["tail", "-n", "all", "-"]);
		let stderr = "";
		child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
		child.stdin.on("error", () => {});
		child.stdin.end(stdin);
		child.stdout.once("data", () => child.stdout.destroy());
		const exitCode = await new Promise((resolve) => child.on("close", resolve));
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
	});
});
