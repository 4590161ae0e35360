import { randomBytes } from "node:crypto";
import type { System } from "../system.ts";
import { nodeExitFiles } from "./node-exit-files.ts";
import { nodeFiles } from "./node-files.ts";
import { nodeProcess } from "./node-process.ts";

/** The real world: Node's files, clocks, timers and randomness. */
export function nodeSystem(): System {
	return {
		files: nodeFiles,
		exitFiles: nodeExitFiles,
		clock: {
			nowMs: () => Date.now(),
			monotonicUs: () => Math.floor(performance.now() * 1000),
		},
		timers: {
			after(ms, fn, { ref }) {
				const timer = setTimeout(fn, ms);
				if (!ref) timer.unref();
				return () => clearTimeout(timer);
			},
		},
		process: nodeProcess(),
		random: (bytes) => randomBytes(bytes),
	};
}
