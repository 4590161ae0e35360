import type { SeededRandom } from "./seeded-random.ts";

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

/** A file's bytes: as processes see them, and as they would be after a power loss. */
export interface SimulatedInode {
	readonly size: number;
	read(length: number, position: number): Uint8Array;
	write(bytes: Uint8Array, position: number): void;
	truncate(length: number): void;
	/** Everything written is on the disk. */
	sync(): void;
	/** As a failing sync leaves it: some is on the disk, the rest is forgotten and no later sync will write it. */
	failSync(random: SeededRandom): void;
	/** Whole or in part, what was not synced is gone. */
	losePower(random: SeededRandom): void;
}

/** Makes an empty file. */
export function simulatedInode(): SimulatedInode {
	let cache = Buffer.alloc(256);
	let size = 0;
	let disk = Buffer.alloc(0);
	let diskSize = 0;
	/** Written and not synced: [from, to). */
	let dirty: [number, number][] = [];
	let resized = false;

	function grow(length: number): void {
		if (length > cache.length) cache = larger(cache, size, length);
	}

	/** As after a write of this many bytes: what lies between the old end and the new one is zero. */
	function extend(length: number): void {
		if (length > disk.length) disk = larger(disk, diskSize, length);
		if (length > diskSize) disk.fill(0, diskSize, length);
		diskSize = Math.max(diskSize, length);
	}

	/** Brings some of the dirty sectors to the disk. */
	function flushSome(keep: () => boolean): void {
		for (const [from, to] of dirty) {
			for (let at = from; at < Math.min(to, size);) {
				const end = Math.min(to, size, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
				if (keep()) {
					extend(end);
					disk.set(cache.subarray(at, end), at);
				}
				at = end;
			}
		}
		dirty = [];
	}

	return {
		get size() {
			return size;
		},
		read: (length, position) =>
			Buffer.from(cache.subarray(Math.min(position, size), Math.min(position + length, size))),
		write(bytes, position) {
			grow(position + bytes.length);
			cache.set(bytes, position);
			size = Math.max(size, position + bytes.length);
			dirty.push([position, position + bytes.length]);
		},
		truncate(length) {
			grow(length);
			cache.fill(0, Math.min(length, size), Math.max(length, size));
			size = length;
			resized = true;
		},
		sync() {
			if (resized) diskSize = Math.min(diskSize, size);
			flushSome(() => true);
			extend(size);
			resized = false;
		},
		failSync(random) {
			flushSome(() => random.chance(0.3));
		},
		losePower(random) {
			if (resized && random.chance(0.5)) diskSize = Math.min(diskSize, size);
			const share = random.chance(0.5) ? random.below(2) : random.next();
			// In order (the usual file system) or in any order (the worst one).
			const ordered = random.chance(0.5);
			let broken = false;
			flushSome(() => {
				const kept = random.chance(share) && !(ordered && broken);
				broken ||= !kept;
				return kept;
			});
			cache = Buffer.from(disk.subarray(0, diskSize));
			size = diskSize;
			resized = false;
		},
	};
}

function larger(buffer: Uint8Array, used: number, length: number): Buffer<ArrayBuffer> {
	const grown = Buffer.alloc(Math.max(length, buffer.length * 2));
	grown.set(buffer.subarray(0, used));
	return grown;
}
