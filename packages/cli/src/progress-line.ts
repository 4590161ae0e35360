import type { Output } from "./io.ts";
import { count, size } from "./numbers.ts";

/** A line on a terminal that says how far a long work is. */
export interface ProgressLine {
	/** Shows it now and then; shows nothing where nobody looks, or where the work is short. */
	show(): Promise<void>;
	clear(): Promise<void>;
}

const FIRST_AFTER_MS = 1000;
const EVERY_MS = 250;

export function progressLine(
	output: Output,
	totalBytes: number | undefined,
	progress: () => { readonly bytes: number; readonly lines: number; readonly faults: number },
): ProgressLine {
	let nextMs = performance.now() + FIRST_AFTER_MS;
	let isShown = false;
	return {
		async show() {
			if (!output.isTerminal || performance.now() < nextMs) return;
			nextMs = performance.now() + EVERY_MS;
			isShown = true;
			const { bytes, lines, faults } = progress();
			const share = totalBytes ? `${Math.floor((100 * bytes) / totalBytes)} % ` : "";
			await output.write(
				`\r\u001b[K${share}${size(bytes)}, ${count(lines, "line")}, ${count(faults, "fault")}`,
			);
		},
		async clear() {
			if (isShown) await output.write("\r\u001b[K");
		},
	};
}
