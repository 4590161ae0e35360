import type { FileHandle, Files, OpenFlag } from "../system.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { systemError, type SimulatedDisk } from "./simulated-disk.ts";
import type { SimulatedInode } from "./simulated-inode.ts";

/** How often things go wrong, each from 0 to 1. Change them at any time. */
export interface SimulatedFaults {
	/** A write fails, and some of it may have been written. */
	writeError: number;
	/** A write takes fewer bytes than given. */
	shortWrite: number;
	/** An fdatasync fails, and what it should have written is forgotten. */
	syncError: number;
	/** Opening, renaming, removing or listing fails. */
	entryError: number;
	/** An operation takes up to a second. */
	slow: number;
}

/** One call of a process: takes its time, then happens, or not; `torn` is what a kill leaves of it. */
type Call = <T>(act: () => T, torn?: () => void) => Promise<T>;

/** Makes what gives a process the files of a disk on which things go wrong. */
export function simulatedFiles(
	disk: SimulatedDisk,
	faults: SimulatedFaults,
	random: SeededRandom,
): (call: Call, uid: number) => Files {
	function handleOf(call: Call, inode: SimulatedInode, flag: OpenFlag): FileHandle {
		let open = true;
		const check = (): void => {
			if (!open) throw systemError("EBADF", "the file is closed");
			if (flag === "read") throw systemError("EBADF", "the file is open for reading");
		};
		const place = (position: number): number => (flag === "append" ? inode.size : position);
		const part = (bytes: Uint8Array, position: number): void => {
			disk.write(inode, bytes.subarray(0, random.below(bytes.length + 1)), place(position));
		};
		return {
			writev(buffers, position) {
				const bytes = Buffer.concat(buffers);
				const act = (): number => {
					check();
					if (random.chance(faults.writeError)) {
						part(bytes, position);
						throw systemError("EIO", "write");
					}
					const short = random.chance(faults.shortWrite) && bytes.length > 1;
					const count = short ? 1 + random.below(bytes.length - 1) : bytes.length;
					return disk.write(inode, bytes.subarray(0, count), place(position));
				};
				return call(act, () => attempt(() => part(bytes, position)));
			},
			read: (length, position) =>
				call(() => {
					if (!open) throw systemError("EBADF", "the file is closed");
					return inode.read(length, position);
				}),
			datasync: () =>
				call(() => {
					check();
					if (random.chance(faults.syncError)) {
						inode.failSync(random);
						throw systemError("EIO", "fdatasync");
					}
					inode.sync();
				}),
			truncate: (length) =>
				call(() => {
					check();
					if (random.chance(faults.writeError)) throw systemError("EIO", "truncate");
					inode.truncate(length);
				}),
			size: () => call(() => inode.size),
			close: () =>
				call(() => {
					open = false;
				}),
		};
	}

	function filesOf(call: Call, uid: number): Files {
		const entry = <T>(what: string, act: () => T): Promise<T> =>
			call(() => {
				if (random.chance(faults.entryError)) throw systemError("EIO", what);
				return act();
			});
		return {
			open: (path, flag) => entry(path, () => handleOf(call, disk.open(path, flag, uid), flag)),
			makeFolder: (path) => entry(path, () => disk.makeFolder(path, uid)),
			list: (path) => entry(path, () => disk.list(path)),
			status: (path) => entry(path, () => disk.status(path)),
			rename: (from, to) => entry(to, () => disk.rename(from, to)),
			link: (from, to) => entry(to, () => disk.link(from, to)),
			remove: (path) => entry(path, () => disk.remove(path)),
			share: (path, gid, mode) => entry(path, () => disk.share(path, gid, mode)),
			syncFolder: (path) => entry(path, () => disk.syncFolder(path)),
		};
	}

	return filesOf;
}

function attempt(act: () => unknown): void {
	try {
		act();
	} catch {
		// A full disk takes no part of it.
	}
}
