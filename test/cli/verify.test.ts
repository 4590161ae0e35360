import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../tamper/random.ts";
import { makeStream, parsed, type StoredStream } from "../tamper/trails.ts";
import { inProcess } from "./in-process.ts";
import { runCli } from "./run-cli.ts";

let dir: string;
let stream: StoredStream;
let file: string;
const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(lines.join(""), "latin1");
const report = (stdout: string): Report => {
	const value: Report = JSON.parse(stdout);
	return value;
};

interface Report {
	readonly verdict: string;
	readonly anchored: boolean;
	readonly records: number;
	readonly faults: readonly object[];
	readonly notes: readonly object[];
	readonly streams: readonly {
		readonly head: string;
		readonly end: string;
		readonly anchored_to?: number;
	}[];
	readonly not_judged: readonly string[];
}

beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), "mcp-trail-cli-"));
	stream = makeStream(random(1), 20);
	file = join(dir, "copy.ndjson");
	await writeFile(file, bytesOf(stream.lines));
});
afterAll(() => rm(dir, { recursive: true }));

const headOf = (sequence: number): string =>
	`${stream.streamId}:${sequence}:${parsed(stream.lines[sequence - 1] ?? "").integrity.hash}`;

describe("mcp-trail verify", () => {
	it("[cli.verify] finds nothing wrong with a good file and prints its head", async () => {
		const { exitCode, stdout, stderr } = await runCli(["verify", file]);
		expect(report(stdout)).toMatchObject({
			verdict: "good",
			anchored: false,
			records: 20,
			faults: [],
			streams: [{ head: headOf(20) }],
		});
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
	});

	it("[cli.verify] reads standard input and is anchored by a head", async () => {
		const { exitCode, stdout } = await inProcess(
			["verify", "-", "--head", headOf(20), "--require-anchor"],
			{
				stdin: bytesOf(stream.lines),
			},
		);
		expect(report(stdout)).toMatchObject({ verdict: "good", anchored: true });
		expect(exitCode).toBe(0);
	});

	it("[cli.verify] exits with 2 where an anchor is required and there is none", async () => {
		const { exitCode, stdout } = await inProcess(["verify", file, "--require-anchor"]);
		expect(report(stdout)).toMatchObject({ verdict: "not_judged" });
		expect(report(stdout).not_judged.join()).toContain("--head");
		expect(exitCode).toBe(2);
	});

	it("[cli.verify] exits with 1 and names the fault and where it is", async () => {
		const lines = [...stream.lines];
		lines[6] = lines[6]?.replace("mcp.request", "mcp.requesT") ?? "";
		const { exitCode, stdout } = await runCli(["verify", "-"], { stdin: bytesOf(lines) });
		expect(report(stdout)).toMatchObject({
			verdict: "faults",
			faults: [
				{
					class: "edited",
					stream_id: stream.streamId,
					sequence: 7,
					file: "standard input",
					line: 7,
					byte_offset: bytesOf(lines.slice(0, 6)).length,
				},
			],
		});
		expect(exitCode).toBe(1);
	});

	it("[cli.verify] names a cut tail against heads from a file", async () => {
		const heads = join(dir, "heads");
		await writeFile(heads, `# kept elsewhere\n\n${headOf(12)}\n${headOf(20)}\n`);
		const { exitCode, stdout } = await inProcess(["verify", "-", "--head", `@${heads}`], {
			stdin: bytesOf(stream.lines.slice(0, 15)),
		});
		expect(report(stdout)).toMatchObject({
			faults: [{ class: "tail_missing", sequence: 16, last_sequence: 20 }],
			streams: [{ anchored_to: 12 }],
		});
		expect(exitCode).toBe(1);
	});

	it("[cli.verify] takes an excerpt for what it is when told", async () => {
		const stdin = bytesOf(stream.lines.slice(5));
		expect((await inProcess(["verify", "-"], { stdin })).exitCode).toBe(1);
		expect((await inProcess(["verify", "-", "--excerpt"], { stdin })).exitCode).toBe(0);
	});

	it.each([
		["a path that does not exist", ["verify", "/nowhere/trail"], "does not exist"],
		["a head that is none", ["verify", "-", "--head", "x:1:\u001b[31m"], "as verify prints it"],
		["no path", ["verify"], "missing required argument"],
		["an unknown option", ["verify", "-", "--anchor"], "unknown option"],
		["an unknown command", ["verifi"], "Did you mean verify"],
		["an empty input", ["verify", "-"], ""],
	])("[cli.errors] exits with 2 for %s and says what to do", async (_, args, says) => {
		const { exitCode, stderr } = await inProcess(args);
		expect(exitCode).toBe(2);
		expect(stderr).toContain(says);
		expect(stderr).not.toContain("\u001b");
		expect(stderr).not.toContain("    at ");
	});
});

/** By stream, how verify says that it ends. */
const endsOf = async (path: string): Promise<Readonly<Record<string, string>>> => {
	const { stdout } = await inProcess(["verify", path]);
	return Object.fromEntries(
		report(stdout).streams.map(({ head, end }) => [head.slice(0, 36), end]),
	);
};

describe("mcp-trail verify on a trail's folder", () => {
	const event: NewEvent = {
		type: "ext.com.example.test",
		severity: "informational",
		labels: { padding: "x".repeat(200) },
	};

	async function record(folder: string, events: number): Promise<string> {
		const audit = openAudit({
			service: "cli-test",
			trail: fileTrail({ dir: folder, segmentBytes: 4096, durability: "os" }),
		});
		await audit.ready;
		for (let at = 0; at < events; at++) audit.record(event);
		const { head } = await audit.close();
		return `${head?.streamId}:${head?.sequence}:${head?.hash}`;
	}

	it("[cli.verify] reads segments and streams, and names the file of a fault", async () => {
		const folder = join(dir, "trail");
		const heads = [await record(folder, 60), await record(folder, 5)];
		const args = heads.flatMap((head) => ["--head", head]);
		const good = await inProcess(["verify", folder, ...args, "--require-anchor"]);
		expect(report(good.stdout)).toMatchObject({ verdict: "good", anchored: true });
		expect(good.exitCode).toBe(0);

		const [streamId = ""] = (heads[0] ?? "").split(":");
		const segments = (await readdir(join(folder, streamId))).filter((name) =>
			name.endsWith(".ndjson"),
		);
		expect(segments.length).toBeGreaterThan(3);
		const [, , third = ""] = segments.toSorted();
		const path = join(folder, streamId, third);
		const lines = (await readFile(path, "latin1")).split("\n");
		await writeFile(path, lines.slice(1).join("\n"), "latin1");
		const gone = await inProcess(["verify", folder]);
		expect(gone.exitCode).toBe(1);
		expect(report(gone.stdout).faults).toEqual([
			{
				class: "removed",
				stream_id: streamId,
				sequence: Number(third.slice(0, 16)),
				file: path,
				line: 1,
				byte_offset: 0,
			},
		]);
	});

	it("[cli.verify] misses the end of a stream whose folder says how it ended", async () => {
		const folder = join(dir, "ended");
		const [streamId = "", last = ""] = (await record(folder, 3)).split(":");
		const segments = (await readdir(join(folder, streamId))).filter((name) =>
			name.endsWith(".ndjson"),
		);
		const path = join(folder, streamId, segments.toSorted().at(-1) ?? "");
		const lines = (await readFile(path, "latin1")).split("\n");
		await writeFile(path, `${lines.slice(0, -2).join("\n")}\n`.replace(/^\n$/, ""), "latin1");
		const { exitCode, stdout } = await inProcess(["verify", folder]);
		expect(report(stdout).faults).toMatchObject([
			{ class: "tail_missing", stream_id: streamId, sequence: Number(last) },
		]);
		expect(exitCode).toBe(1);
	});

	it("[cli.verify] calls a line being written in progress, and torn once its writer is dead", async () => {
		const folder = join(dir, "live");
		const audit = openAudit({
			service: "cli-test",
			trail: fileTrail({ dir: folder, durability: "os" }),
		});
		await audit.ready;
		audit.record(event);
		await audit.flush(AbortSignal.timeout(10_000));
		const [streamId = ""] = await readdir(folder);
		const segments = (await readdir(join(folder, streamId))).filter((name) =>
			name.endsWith(".ndjson"),
		);
		const path = join(folder, streamId, segments.toSorted().at(-1) ?? "");
		const before = await readFile(path);
		await appendFile(path, '{"schema_version":"1.0","id":"01a1');
		const live = await inProcess(["verify", folder]);
		expect(report(live.stdout)).toMatchObject({
			verdict: "good",
			notes: [{ kind: "in_progress" }],
		});
		const copy = join(dir, "dead");
		await mkdir(join(copy, streamId), { recursive: true });
		await writeFile(join(copy, streamId, segments.toSorted().at(-1) ?? ""), await readFile(path));
		const dead = await inProcess(["verify", copy]);
		expect(report(dead.stdout).faults).toContainEqual(
			expect.objectContaining({ class: "malformed", detail: "torn" }),
		);
		await writeFile(path, before);
		await audit.close();
	});

	it("[cli.verify_end] says of each stream whether it ended cleanly, is still open, or neither", async () => {
		const folder = join(dir, "ends");
		const [clean = ""] = (await record(folder, 3)).split(":");
		const audit = openAudit({ service: "cli-test", trail: fileTrail({ dir: folder }) });
		await audit.ready;
		const [open = ""] = (await readdir(folder)).filter(
			(name) => name !== clean && !name.startsWith("."),
		);
		expect(await endsOf(folder)).toEqual({ [clean]: "clean", [open]: "open" });
		const text = await inProcess(["verify", folder, "--text"]);
		expect(text.stdout).toMatch(new RegExp(`${clean} .*, ended cleanly\n`));
		expect(text.stdout).toMatch(new RegExp(`${open} .*, still open\n`));
		expect(text.stdout).not.toContain("No clean end");
		await audit.close();
		expect(await endsOf(folder)).toEqual({ [clean]: "clean", [open]: "clean" });

		// A copy of which somebody cut the end off is consistent: only how it ends shows it.
		const [segment = ""] = (await readdir(join(folder, clean))).filter((name) =>
			name.endsWith(".ndjson"),
		);
		const lines = (await readFile(join(folder, clean, segment), "latin1")).trimEnd().split("\n");
		const cut = join(dir, "cut.ndjson");
		await writeFile(cut, `${lines.slice(0, -1).join("\n")}\n`, "latin1");
		expect(await endsOf(cut)).toEqual({ [clean]: "none" });
		const said = await inProcess(["verify", cut, "--text"]);
		expect(said.exitCode).toBe(0);
		expect(said.stdout).toContain("consistent only, no clean end\n");
		expect(said.stdout).toContain("No clean end: the last record is not trail.stopped.");
	});

	it("[cli.errors] says what to name where a folder holds no stream", async () => {
		const { exitCode, stderr } = await inProcess(["verify", tmpdir()]);
		expect(exitCode).toBe(2);
		expect(stderr).toContain("Name the folder a trail was opened with");
	});
});
