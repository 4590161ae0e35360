import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { count, readResults } from "./results.ts";

const checks = (...statuses: string[]) =>
	JSON.stringify(statuses.map((status) => ({ id: "token", name: "Token", status })));

describe("readResults", () => {
	let folder: string;
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "results-"));
	});
	afterEach(() => rm(folder, { recursive: true }));

	const write = async (path: string, content: string): Promise<void> => {
		const file = join(folder, path);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, content);
	};

	it("[transparent.conformance-gate] reads checks by scenario, whatever the time in the folder's name", async () => {
		await write("auth/basic-cimd-2026-11-21T11-45-49-776Z/checks.json", checks("INFO", "SUCCESS"));
		await write("server-ping-2026-11-21T11-45-50-001Z/checks.json", checks("FAILURE"));
		const results = await readResults(folder);
		expect([...results].map(([key, { statuses }]) => [key, statuses])).toEqual([
			["auth/basic-cimd › token (Token)", ["INFO", "SUCCESS"]],
			["server-ping › token (Token)", ["FAILURE"]],
		]);
		expect(count(results)).toEqual({ passed: 1, failed: 1 });
	});

	it("[transparent.conformance-gate] keeps what a client printed apart from ports, and does not count it", async () => {
		await write("ping-2026-11-21T11-45-49-776Z/stdout.txt", "SUCCESS\nhttp://localhost:4711/mcp\n");
		const results = await readResults(folder);
		expect(results.get("ping › stdout")).toEqual({
			statuses: [],
			evidence: ["SUCCESS", "http://localhost:port/mcp", ""],
		});
		expect(count(results)).toEqual({ passed: 0, failed: 0 });
	});

	it("[transparent.conformance-gate] refuses a file that is not what the suite writes", async () => {
		await write("ping-2026-11-21T11-45-49-776Z/checks.json", '[{"id":"token"}]');
		await expect(readResults(folder)).rejects.toThrow("status");
	});
});
