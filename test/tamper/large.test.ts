import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Fault } from "@mcp-trail/integrity";
import { expect, it } from "vitest";

const events = Number(process.env["TAMPER_EVENTS"] ?? 50_000);
const script = fileURLToPath(new URL("verify-many.ts", import.meta.url));

it(
	`[tamper.constant_memory] verifies ${events} events in memory that does not grow`,
	async () => {
		// From 150,000 events on, this heap could not hold them.
		const { stdout } = await promisify(execFile)(process.execPath, [
			"--expose-gc",
			"--max-old-space-size=64",
			"--import",
			"tsx",
			"--conditions=@mcp-trail/source",
			script,
			String(events),
		]);
		const report: {
			readonly records: number;
			readonly bytes: number;
			readonly edited: number;
			readonly faults: readonly Fault[];
			readonly heaps: readonly number[];
		} = JSON.parse(stdout);
		expect(report.records).toBe(events);
		expect(report.faults.map(({ class: of, place }) => [of, place?.line])).toEqual([
			["edited", report.edited],
		]);
		const [, early = 0] = report.heaps;
		const last = report.heaps.at(-1) ?? 0;
		console.log(
			`${events} events, ${report.bytes} bytes: ${early} bytes of memory after a fifth of them, ${last} at the end`,
		);
		expect(last - early).toBeLessThan(2_000_000);
	},
	60_000 + events / 10,
);
