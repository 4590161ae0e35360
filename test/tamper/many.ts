import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { FaultClass } from "@mcp-trail/integrity";

/** The program that seals and verifies, before it is compiled. */
export const verifyManyProgram = fileURLToPath(new URL("verify-many.ts", import.meta.url));

/** What a process of its own found when it verified many events. */
export interface ManyVerified {
	readonly records: number;
	readonly bytes: number;
	readonly seconds: number;
	/** The line that was edited. */
	readonly edited: number;
	/** Class and line of each fault. */
	readonly faults: readonly (readonly [FaultClass, number])[];
	/** Memory used after each tenth, after garbage collection. */
	readonly heaps: readonly number[];
	/** From the second tenth to the last. */
	readonly growthBytes: number;
}

/** Seals and verifies so many events in a process that could not hold more than 150,000 of them. */
export async function verifyMany(program: string, events: number): Promise<ManyVerified> {
	const { stdout } = await promisify(execFile)(process.execPath, [
		"--expose-gc",
		"--max-old-space-size=64",
		program,
		String(events),
	]);
	const report: Omit<ManyVerified, "growthBytes"> = JSON.parse(stdout);
	const [, early = 0] = report.heaps;
	const last = report.heaps.at(-1) ?? 0;
	console.log(
		`${events} events (${report.bytes} bytes) sealed and verified in ${report.seconds} s; memory ${early} bytes after a fifth of them, ${last} at the end`,
	);
	return { ...report, growthBytes: last - early };
}
