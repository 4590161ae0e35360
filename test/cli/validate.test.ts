import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "./in-process.ts";

const valid = (name: string): string =>
	fileURLToPath(new URL(`../../schemas/event/1.0/valid/${name}`, import.meta.url));
let dir: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), "mcp-trail-validate-"));
});
afterAll(() => rm(dir, { recursive: true }));

describe("mcp-trail validate", () => {
	it("[cli.validate] accepts NDJSON of valid events, also as a writer's", async () => {
		const { stdout, exitCode } = await inProcess([
			"validate",
			"--as",
			"writer",
			valid("example.ndjson"),
		]);
		expect({ stdout, exitCode }).toEqual({ stdout: "2 events, all valid\n", exitCode: 0 });
	});

	it("[cli.validate] names line, place and rule of what is wrong", async () => {
		const [good = ""] = (await readFile(valid("example.ndjson"), "utf8")).split("\n");
		const wrong = good.replace('"status":"success"', String.raw`"status":"ok\u001b"`);
		const { stdout, exitCode } = await inProcess(["validate", "-"], {
			stdin: `${good}\n\n${wrong}\n{"a":\n`,
		});
		const lines = stdout.split("\n");
		expect(lines[0]).toMatch(/^standard input:3: \/outcome\/status .* \([a-z_]+\)$/);
		expect(lines[1]).toMatch(/^standard input:4: is not JSON: .* \(not_json\)$/);
		expect(lines[2]).toBe("3 events, 2 not valid (2 problems)");
		expect(stdout).not.toContain("\u001b");
		expect(exitCode).toBe(1);
	});

	it("[cli.validate] reads a JSON document over several lines and an array", async () => {
		const [good = ""] = (await readFile(valid("example.ndjson"), "utf8")).split("\n");
		const event: object = JSON.parse(good);
		const single = join(dir, "single.json");
		await writeFile(single, `\n${JSON.stringify(event, undefined, 2)}\n`);
		expect((await inProcess(["validate", single])).stdout).toBe("1 event, all valid\n");
		const { stdout, exitCode } = await inProcess(["validate", "--json", "-"], {
			stdin: JSON.stringify([event, { ...event, severity: "grave" }], undefined, 1),
		});
		expect(JSON.parse(stdout)).toMatchObject({ index: 1, path: "/severity", line: 1 });
		expect(exitCode).toBe(1);
		const broken = await inProcess(["validate", "-"], { stdin: '[\n1,\n\n"x' });
		expect(broken.stdout).toMatch(/^standard input:4: /);
	});

	it("[cli.validate] judges as a reader by default: what a later minor version adds passes", async () => {
		const [good = ""] = (await readFile(valid("example.ndjson"), "utf8")).split("\n");
		const later = good.replace('"1.0"', '"1.7"').replace('"phase"', '"invented":1,"phase"');
		expect((await inProcess(["validate", "-"], { stdin: later })).exitCode).toBe(0);
		expect((await inProcess(["validate", "--as", "writer", "-"], { stdin: later })).exitCode).toBe(
			1,
		);
	});

	it("[cli.validate] takes a trail's folder, and several paths at once", async () => {
		const folder = join(dir, "trail");
		const audit = openAudit({ service: "tickets", trail: fileTrail({ dir: folder }) });
		await audit.ready;
		await audit.close();
		const { stdout } = await inProcess(["validate", folder, valid("example.ndjson")]);
		expect(stdout).toBe("4 events, all valid\n");
		const wrong = join(dir, "wrong.ndjson");
		await writeFile(wrong, "{}\n");
		const both = await inProcess(["validate", folder, wrong]);
		expect(both.exitCode).toBe(1);
		expect(both.stdout.split("\n")[0]).toContain(`${wrong}:1: `);
	});

	it("[cli.errors] exits with 2 where there is nothing to judge", async () => {
		const empty = await inProcess(["validate", "-"], { stdin: "\n\n" });
		expect(empty).toMatchObject({ exitCode: 2, stdout: "" });
		expect(empty.stderr).toContain("holds no event");
	});
});
