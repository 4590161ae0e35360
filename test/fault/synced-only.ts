import { EventEmitter, once } from "node:events";
import { truncate } from "node:fs/promises";
import type { FileHandle, System } from "@mcp-trail/audit";

/** A real system whose power can be cut. */
export interface Mortal {
	readonly system: System;
	/** Resolves when the power went by itself, between a write and its sync. */
	readonly dark: Promise<void>;
	/** Stops every operation for good and cuts each file back to its last fdatasync; returns the bytes lost. */
	readonly cutPower: () => Promise<number>;
}

/** Remembers how long each file was at its last fdatasync; the power may go after so many writes to segments. */
export function mortal(real: System, writes = Infinity): Mortal {
	const files = new Map<string, { synced: number; size: number }>();
	const underWay = new Set<Promise<unknown>>();
	let dead = false;
	let left = writes;
	const went = new EventEmitter();
	const dark = once(went, "dark").then(() => undefined);

	/** A dead process's calls never come back. */
	async function call<T>(act: () => Promise<T>): Promise<T> {
		if (dead) return new Promise<T>(() => {});
		const running = act();
		underWay.add(running);
		try {
			const value = await running;
			return dead ? await new Promise<T>(() => {}) : value;
		} finally {
			underWay.delete(running);
		}
	}

	function wrap(
		handle: FileHandle,
		path: string,
		state: { synced: number; size: number },
	): FileHandle {
		return {
			writev: (buffers, position) =>
				call(async () => {
					const written = await handle.writev(buffers, position);
					state.size = Math.max(state.size, position + written);
					if (path.endsWith(".ndjson") && --left <= 0) {
						dead = true;
						went.emit("dark");
					}
					return written;
				}),
			read: (length, position) => call(() => handle.read(length, position)),
			datasync: () =>
				call(async () => {
					const { size } = state;
					await handle.datasync();
					state.synced = size;
				}),
			truncate: (length) =>
				call(async () => {
					await handle.truncate(length);
					state.size = length;
					state.synced = Math.min(state.synced, length);
				}),
			size: () => call(() => handle.size()),
			close: () => call(() => handle.close()),
		};
	}

	const system: System = {
		...real,
		files: {
			open: (path, flag) =>
				call(async () => {
					const handle = await real.files.open(path, flag);
					const size = await handle.size();
					const state = files.get(path) ?? { synced: size, size };
					if (flag !== "read") files.set(path, state);
					return wrap(handle, path, state);
				}),
			makeFolder: (path) => call(() => real.files.makeFolder(path)),
			list: (path) => call(() => real.files.list(path)),
			status: (path) => call(() => real.files.status(path)),
			rename: (from, to) =>
				call(async () => {
					await real.files.rename(from, to);
					for (const [path, state] of files) {
						if (path !== from && !path.startsWith(`${from}/`)) continue;
						files.delete(path);
						files.set(to + path.slice(from.length), state);
					}
				}),
			link: (from, to) => call(() => real.files.link(from, to)),
			remove: (path) =>
				call(async () => {
					await real.files.remove(path);
					files.delete(path);
				}),
			share: (path, gid, mode) => call(() => real.files.share(path, gid, mode)),
			syncFolder: (path) => call(() => real.files.syncFolder(path)),
		},
		timers: {
			after: (ms, fn, options) => real.timers.after(ms, () => dead || fn(), options),
		},
	};
	return {
		system,
		dark,
		async cutPower() {
			dead = true;
			await Promise.allSettled(underWay);
			let lost = 0;
			for (const [path, { synced, size }] of files) {
				if (synced >= size) continue;
				await truncate(path, synced);
				lost += size - synced;
			}
			return lost;
		},
	};
}
