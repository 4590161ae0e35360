import type { ExitFiles, System } from "../system.ts";
import { seededRandom } from "./seeded-random.ts";
import { simulatedDisk, type SimulatedDisk } from "./simulated-disk.ts";
import { simulatedExitFiles } from "./simulated-exit-files.ts";
import { type SimulatedFaults, simulatedFiles } from "./simulated-files.ts";

/** A process of a simulated world. */
export interface SimulatedProcess extends System {
	/** Ends it at once: what it was writing is written in part, nothing of it goes on. */
	kill(): void;
	/** Ends it as `process.exit()` does: what it had under way may still happen, but nothing that follows from it. */
	exit(): void;
}

/** A machine with virtual time and a disk in memory; the same seed gives the same run. */
export interface SimulatedWorld {
	readonly disk: SimulatedDisk;
	readonly faults: SimulatedFaults;
	nowMs(): number;
	/** Starts a process. */
	start(options?: { readonly uid?: number; readonly host?: string }): SimulatedProcess;
	/** Kills every process and loses what the disk had not yet written. */
	losePower(): void;
	/** Lets time pass until the work is done; rejects when it stands still or takes longer than a virtual day. */
	run<T>(work: () => Promise<T>): Promise<T>;
	/** Lets so much time pass. */
	pass(ms: number): Promise<void>;
}

interface Due {
	readonly atUs: number;
	readonly order: number;
	readonly pid: number;
	readonly fire: () => void;
	/** What a kill leaves of it. */
	readonly torn?: () => void;
	/** The call alone, without what waits for it. */
	readonly act?: () => unknown;
}

const START_MS = Date.UTC(2026, 0, 1);
const DAY_US = 86_400_000_000;

/** Makes a world in which nothing goes wrong yet. */
export function simulatedWorld(seed: number): SimulatedWorld {
	const random = seededRandom(seed);
	const disk = simulatedDisk();
	const faults: SimulatedFaults = {
		writeError: 0,
		shortWrite: 0,
		syncError: 0,
		entryError: 0,
		slow: 0,
	};
	const filesOf = simulatedFiles(disk, faults, random);
	const alive = new Map<number, string>();
	let queue: Due[] = [];
	let nowUs = 0;
	let order = 0;
	let nextPid = 1000;

	function due(
		pid: number,
		inUs: number,
		fire: () => void,
		torn?: () => void,
		act?: () => unknown,
	): Due {
		const entry: Due = {
			atUs: nowUs + inUs,
			order: order++,
			pid,
			fire,
			...(torn !== undefined && { torn }),
			...(act !== undefined && { act }),
		};
		queue.push(entry);
		return entry;
	}

	function step(): boolean {
		let first: Due | undefined;
		for (const entry of queue) {
			if (
				first === undefined ||
				entry.atUs < first.atUs ||
				(entry.atUs === first.atUs && entry.order < first.order)
			) {
				first = entry;
			}
		}
		if (first === undefined) return false;
		queue.splice(queue.indexOf(first), 1);
		nowUs = Math.max(nowUs, first.atUs);
		first.fire();
		return true;
	}

	function end(pid: number, byExit = false): void {
		alive.delete(pid);
		for (const { pid: of, torn, act } of queue) {
			if (of !== pid) continue;
			if (byExit && act !== undefined && random.chance(0.7)) act();
			else torn?.();
		}
		queue = queue.filter((entry) => entry.pid !== pid);
	}

	/** One call of the system: takes its time, then happens, or not. */
	function call<T>(pid: number, act: () => T, torn?: () => void): Promise<T> {
		return new Promise((resolve, reject) => {
			if (!alive.has(pid)) return;
			const us = random.chance(faults.slow) ? random.below(1_000_000) : 20 + random.below(400);
			let happened: (() => void) | undefined;
			const happen = (): (() => void) => {
				try {
					const value = act();
					return () => resolve(value);
				} catch (error) {
					return () => reject(error instanceof Error ? error : new Error(String(error)));
				}
			};
			const actOnce = (): (() => void) => (happened ??= happen());
			due(pid, us, () => actOnce()(), torn, actOnce);
		});
	}

	/** The files of a process at its end, while other threads go on with the calls it has under way. */
	function exitFilesOf(pid: number, uid: number): ExitFiles {
		const files = simulatedExitFiles(disk, uid);
		const meanwhile = <T>(act: () => T): T => {
			for (const entry of queue)
				if (entry.pid === pid && entry.act !== undefined && random.chance(0.1)) entry.act();
			return act();
		};
		return {
			...files,
			write: (...of) => meanwhile(() => files.write(...of)),
			rename: (...of) => meanwhile(() => files.rename(...of)),
			isFolder: (...of) => meanwhile(() => files.isFolder(...of)),
			syncFolder: (...of) => meanwhile(() => files.syncFolder(...of)),
		};
	}

	const world: SimulatedWorld = {
		disk,
		faults,
		nowMs: () => START_MS + Math.floor(nowUs / 1000),
		start({ uid = 1, host = "simulated" } = {}) {
			const pid = nextPid++;
			const startTime = `${seed}:${pid}`;
			alive.set(pid, startTime);
			return {
				files: filesOf((act, torn) => call(pid, act, torn), uid),
				exitFiles: exitFilesOf(pid, uid),
				clock: { nowMs: () => world.nowMs(), monotonicUs: () => nowUs },
				timers: {
					after(ms, fn) {
						if (!alive.has(pid)) return () => {};
						const entry = due(pid, Math.max(0, ms) * 1000, fn);
						return () => {
							const index = queue.indexOf(entry);
							if (index >= 0) queue.splice(index, 1);
						};
					},
				},
				process: {
					host,
					pid,
					uid,
					startTime,
					isAlive: (owner) => alive.get(owner.pid) === owner.startTime,
				},
				random: (count) => random.bytes(count),
				kill: () => end(pid),
				exit: () => end(pid, true),
			};
		},
		losePower() {
			for (const pid of alive.keys()) end(pid);
			disk.losePower(random);
		},
		async run(work) {
			const untilUs = nowUs + DAY_US;
			let settled = false;
			const running = work();
			const note = (): void => {
				settled = true;
			};
			running.then(note, note);
			for (;;) {
				await turn();
				if (settled) return running;
				if (!step()) throw new Error("The simulation stands still: nothing more is due.");
				if (nowUs > untilUs) throw new Error("The simulation took longer than a virtual day.");
			}
		},
		pass: (ms) =>
			world.run(
				() =>
					new Promise((resolve) => {
						due(0, ms * 1000, resolve);
					}),
			),
	};
	return world;
}

/** One process of a world of its own. */
export function simulatedSystem(
	seed: number,
): SimulatedProcess & Pick<SimulatedWorld, "run" | "pass"> {
	const world = simulatedWorld(seed);
	return { ...world.start(), run: (work) => world.run(work), pass: (ms) => world.pass(ms) };
}

/** Lets everything that waits for a promise go on. */
function turn(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}
