import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import type { StoredEvent } from "@mcp-trail/event";
import { formats, sep3004Hash, type Sep3004Record } from "@mcp-trail/formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "./in-process.ts";
import { runCli } from "./run-cli.ts";

const valid = new URL("../../schemas/event/1.0/valid/", import.meta.url);
const everyType = readdirSync(valid)
	.filter((name) => name.endsWith(".json"))
	.map((name): StoredEvent => JSON.parse(readFileSync(new URL(name, valid), "utf8")));
const ndjson = (events: readonly unknown[]): string =>
	events.map((event) => `${JSON.stringify(event)}\n`).join("");

let dir: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), "mcp-trail-convert-"));
});
afterAll(() => rm(dir, { recursive: true }));

describe("mcp-trail convert", () => {
	it.each(formats.map((format) => [format.name, format] as const))(
		"[cli.convert] to %s gives what the format says of every type, one line each",
		async (name, format) => {
			const { exitCode, stdout, stderr } = await inProcess(["convert", "--to", name, "-"], {
				stdin: ndjson(everyType),
			});
			const expected = everyType.map((event) => {
				const record = format.project(event);
				return typeof record === "string" ? record : JSON.stringify(record);
			});
			expect(stdout.split("\n")).toEqual([...expected, ""]);
			expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
		},
	);

	it("[cli.convert] help and error name every format, and its name may be written with - and .", async () => {
		const { stdout } = await inProcess(["convert", "--help"]);
		const { exitCode, stderr } = await inProcess(["convert", "--to", "ocfs"]);
		for (const name of [...formats.map((format) => format.name), "sep3004"]) {
			expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
			expect(stderr).toMatch(new RegExp(`\\b${name}\\b`));
		}
		expect(exitCode).toBe(2);
		const [event = {}] = everyType;
		const dashed = await inProcess(["convert", "--to", "ocsf-1.8"], { stdin: ndjson([event]) });
		const own = await inProcess(["convert", "--to", "ocsf_1_8"], { stdin: ndjson([event]) });
		expect(dashed).toEqual(own);
		expect(own.exitCode).toBe(0);
	});

	it("[cli.convert] to sep3004 chains the records of each stream, over files too", async () => {
		const streamIds = [
			"7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e10",
			"0f6f2f3a-9f0e-4c58-8a6e-3b1d7c5a9e42",
		];
		const first = join(dir, "first.ndjson");
		const second = join(dir, "second.ndjson");
		// The two streams in turns, cut in the middle.
		const mixed = everyType.map((event, at) => ({
			...event,
			id: `01a1f874-3e4b-7c3e-9f10-${at.toString(16).padStart(12, "0")}`,
			integrity: { ...event.integrity, stream_id: streamIds[at % 2] },
		}));
		await writeFile(first, ndjson(mixed.slice(0, 9)));
		await writeFile(second, ndjson(mixed.slice(9)));
		const { exitCode, stdout } = await inProcess(["convert", "--to", "sep3004", first, second]);
		const records: Sep3004Record[] = stdout
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(records.map((record) => record.event_id)).toEqual(mixed.map(({ id }) => id));
		for (const turn of [0, 1]) {
			const chain = records.filter((_, at) => at % 2 === turn);
			for (const [at, record] of chain.entries()) {
				expect(record.previous_hash).toBe(chain[at - 1]?.event_hash ?? null);
				expect(record.event_hash).toBe(sep3004Hash(record));
			}
		}
		expect(exitCode).toBe(0);
	});

	it("[cli.convert] names what is no event by file and line, converts the rest and exits with 1", async () => {
		const file = join(dir, "bad.ndjson");
		const [good] = everyType;
		await writeFile(file, `${ndjson([good])}{"a":1}\n\nx{\n${ndjson([good, { ...good, id: 3 }])}`);
		const run = await inProcess(["convert", "--to", "ecs", file]);
		expect(run.exitCode).toBe(1);
		expect(run.stdout.trimEnd().split("\n")).toHaveLength(2);
		const said = run.stderr.split("\n");
		expect(said[0]).toBe(`${file}:2: left out: /schema_version is required`);
		expect(said[1]).toMatch(/bad\.ndjson:4: left out: is not JSON: /);
		expect(said[2]).toMatch(/bad\.ndjson:6: left out: \/id /);
		expect(said[3]).toBe("3 events of 5 left out; mcp-trail validate says more.");
		const skipped = await inProcess(["convert", "--to", "ecs", "--skip-invalid", "--json", file]);
		expect({ ...skipped, stderr: "" }).toEqual({ ...run, exitCode: 0, stderr: "" });
		expect(
			skipped.stderr
				.trimEnd()
				.split("\n")
				.map((line) => JSON.parse(line)),
		).toMatchObject([
			{ file, line: 2, message: "/schema_version is required" },
			{ file, line: 4 },
			{ file, line: 6 },
		]);
	});

	it("[cli.convert] takes no more input than its reader takes output", async () => {
		const line = Buffer.from(ndjson([everyType.find(({ type }) => type === "mcp.request")]));
		const chunk = Buffer.concat(Array.from({ length: 20 }, () => line));
		const state = { given: 0, taken: 0, most: 0 };
		async function* input(): AsyncGenerator<Uint8Array> {
			for (let chunks = 0; chunks < 40; chunks++) {
				state.given += 20;
				state.most = Math.max(state.most, state.given - state.taken);
				yield chunk;
			}
		}
		const { exitCode } = await inProcess(["convert", "--to", "cloudevents", "-"], {
			stdin: input(),
			onStdout: async (text) => {
				await new Promise((resolve) => setImmediate(resolve));
				state.taken += text.split("\n").length - 1;
			},
		});
		expect({ exitCode, given: state.given, taken: state.taken }).toEqual({
			exitCode: 0,
			given: 800,
			taken: 800,
		});
		expect(state.most).toBeLessThan(100);
	});

	it("[cli.escaped] shows nothing on a terminal that acts on it", async () => {
		const hostile = {
			...everyType.find(({ type }) => type === "mcp.request"),
			request: { bytes: 3, content: "a\u{9b}31mb" },
		};
		const piped = await inProcess(["convert", "--to", "cloudevents"], { stdin: ndjson([hostile]) });
		const shown = await inProcess(["convert", "--to", "cloudevents"], {
			stdin: ndjson([hostile]),
			isTerminal: true,
		});
		expect([piped.exitCode, shown.exitCode]).toEqual([0, 0]);
		expect(piped.stdout).toContain("\u{9b}");
		expect(shown.stdout).not.toContain("\u{9b}");
		expect(shown.stderr).not.toContain("\u{9b}");
	});

	it("[cli.convert] reads a trail's folder, and holds a last line that is still being written for no fault", async () => {
		const trail = join(dir, "trail");
		const audit = openAudit({ service: "convert", trail: fileTrail({ dir: trail }) });
		await audit.ready;
		await audit.close();
		const { exitCode, stdout, stderr } = await inProcess(["convert", "--to", "ocsf", trail]);
		expect(
			stdout
				.trimEnd()
				.split("\n")
				.map((line) => JSON.parse(line).message),
		).toEqual(["trail.started", "trail.stopped"]);
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
		const none = await inProcess(["convert", "--to", "ocsf", dir]);
		expect(none).toMatchObject({ exitCode: 2, stdout: "" });
	});

	it("[cli.errors] convert exits with 2 where there is nothing to convert", async () => {
		for (const args of [["-"], [], [join(dir, "no-such")]])
			expect(await inProcess(["convert", "--to", "ecs", ...args])).toMatchObject({
				exitCode: 2,
				stdout: "",
			});
		expect((await inProcess(["convert"])).stderr).toContain("--to");
	});

	it("[cli.convert] works in a pipe, as a process", async () => {
		const example = fileURLToPath(new URL("example.ndjson", valid));
		const { exitCode, stdout, stderr } = await runCli(["convert", "--to", "ocsf"], {
			stdin: await readFile(example),
		});
		expect(
			stdout
				.trimEnd()
				.split("\n")
				.map((line) => JSON.parse(line).class_uid),
		).toEqual([6003, 1008]);
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
	});
});
