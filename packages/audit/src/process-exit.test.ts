import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, it } from "vitest";
import { withoutCompilerNoise } from "../../../test/compiler-noise.ts";

const folder = mkdtempSync(join(tmpdir(), "exit-"));
afterAll(() => rmSync(folder, { recursive: true }));
const index = fileURLToPath(new URL("./index.ts", import.meta.url));

interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a script with `audit`, opened with the given options; it may end only by itself. */
function run(options: string, script: string): Promise<Ended> {
	const source = `
		import { openAudit, fileTrail, memoryTrail } from ${JSON.stringify(index)};
		const down = { name: "down", delivery: "at_least_once", ordered: true,
			async write() { throw new Error("down"); } };
		const stuck = { ...down, name: "stuck", write: () => new Promise(() => {}), close: () => new Promise(() => {}) };
		const audit = openAudit({ service: "exit", ${options} });
		const paid = { type: "ext.com.example.paid", severity: "low" };
		${script}
	`;
	const args = [
		"--conditions=@mcp-trail/source",
		"--import",
		"tsx",
		"--input-type=module",
		"-e",
		source,
	];
	const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
	const texts = { stdout: "", stderr: "" };
	child.stdout.on("data", (chunk) => (texts.stdout += String(chunk)));
	child.stderr.on("data", (chunk) => (texts.stderr += String(chunk)));
	return new Promise((resolve) => {
		const kill = setTimeout(() => child.kill("SIGKILL"), 100_000);
		child.on("close", (code) => {
			clearTimeout(kill);
			resolve({
				code,
				...texts,
				stderr: withoutCompilerNoise(texts.stderr),
			});
		});
	});
}

// Most of each is waiting for another process.
describe.concurrent("the process", () => {
	it("[transparent.exit] leaves by itself after close, whatever the sinks do; nothing is on stdout", async ({
		expect,
	}) => {
		const ended = await run(
			`sinks: [down, stuck], closeTimeoutMs: 3_000, trail: fileTrail({ dir: ${JSON.stringify(join(folder, "a"))} })`,
			`audit.record(paid);
			const report = await audit.close();
			process.exitCode = report.undelivered.down === 3 && !report.clean ? 7 : 1;`,
		);
		expect(ended).toMatchObject({ code: 7, stdout: "" });
	});

	it("does not leave before close is done, though nothing else keeps it alive", async ({
		expect,
	}) => {
		const ended = await run(
			"sinks: [stuck], closeTimeoutMs: 500, onError() {}",
			"await audit.ready; const report = await audit.close(); process.exitCode = report.clean ? 1 : 7;",
		);
		expect(ended).toMatchObject({ code: 7, stdout: "", stderr: "" });
	});

	it("is not kept alive by an audit that nobody closes, while its sink is down", async ({
		expect,
	}) => {
		const ended = await run(
			"sinks: [down], onError() {}, delivery: { retryBaseMs: 600_000, retryCapMs: 600_000 }, trail: memoryTrail()",
			"await audit.ready; audit.record(paid); process.exitCode = 7;",
		);
		expect(ended).toMatchObject({ code: 7, stdout: "", stderr: "" });
	});
});
