import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { compiled } from "../compiled.ts";
import { runs } from "../runs.ts";

const run = promisify(execFile);
const MEGABYTE = 1_000_000;
const sdks = ["v1", "v2"] as const;
const program = compiled(join(import.meta.dirname, "memory-program.ts"));

/** Bytes that a run in a process of its own came to hold. */
async function bytes(...args: readonly string[]): Promise<number> {
	const { stdout } = await run(process.execPath, ["--expose-gc", program(), ...args]);
	return Number(stdout);
}

it.each(sdks)(
	"[system.streamed_results] [bounded.large_result] %s: a result of 50 MB adds less than 5 MB",
	async (sdk) => {
		const [bare, hooked] = [
			await bytes(sdk, "bare", "result"),
			await bytes(sdk, "hooked", "result"),
		];
		expect(hooked - bare).toBeLessThan(5 * MEGABYTE);
	},
);

it("a copy of it would be seen", async () => {
	expect(await bytes("v1", "greedy", "result")).toBeGreaterThan(5 * MEGABYTE);
});

it.each(sdks)("[bounded.hostile_memory] %s: memory is flat under hostile frames", async (sdk) => {
	// What is remembered of requests is bounded, and full after some 20,000: the short form sees only what keeps messages.
	const frames = runs(60_000);
	// In the long form 100 bytes that stay of each frame (2.8 kB) would be seen.
	expect(await bytes(sdk, "hooked", String(frames))).toBeLessThan(2 * MEGABYTE);
});

it.each(sdks)(
	"[bounded.definitions] %s: memory is flat under a list without end of long names",
	async (sdk) => {
		expect(await bytes(sdk, "hooked", "pages")).toBeLessThan(2 * MEGABYTE);
	},
);

it("pages that stay would be seen", async () => {
	expect(await bytes("v1", "leaky", "pages")).toBeGreaterThan(3 * MEGABYTE);
});

it("frames that stay would be seen", async () => {
	expect(await bytes("v1", "leaky", "6000")).toBeGreaterThan(3 * MEGABYTE);
});
