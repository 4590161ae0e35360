import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A file that lines are added to, and its older parts beside it. */
export interface RotatedFile {
	/** Adds whole lines and, if asked, waits until they are on disk. */
	append(lines: Uint8Array): Promise<void>;
	close(): Promise<void>;
}

/** How {@link rotatedFile} keeps its files. */
export interface RotationOptions {
	readonly path: string;
	readonly maxBytes: number;
	/** Older files to keep. */
	readonly keepFiles: number;
	readonly sync: boolean;
}

interface Open {
	readonly handle: FileHandle;
	readonly inode: bigint;
	size: number;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
const LINE_FEED = 0x0a;

/**
 * Keeps a file of lines below a size: at the limit it is renamed to `<path>.<UTC time>` and a new one begun, the
 * oldest are removed. A line that a crash or a full disk has cut stays the last of its file: what follows goes
 * into a new one, so that nothing is joined to it and no reader sees a file shrink.
 */
export function rotatedFile({ path, maxBytes, keepFiles, sync }: RotationOptions): RotatedFile {
	let current: Open | undefined;

	async function close(): Promise<void> {
		const closing = current;
		current = undefined;
		await closing?.handle.close();
	}

	/** The file at the path, which somebody else may have moved away since. */
	async function opened(): Promise<Open> {
		if (current !== undefined) {
			const there = await lstat(path, { bigint: true }).catch(absent);
			if (there?.ino === current.inode) return current;
			await close();
		}
		const handle = await open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR, 0o600);
		try {
			const status = await handle.stat({ bigint: true });
			if (!status.isFile()) {
				throw Object.assign(new Error("it is not a regular file"), { code: "ENOTFILE" });
			}
			const size = Number(status.size);
			const last = Buffer.alloc(1, LINE_FEED);
			if (size > 0) await handle.read(last, 0, 1, size - 1);
			// A new file is only as durable as its name.
			if (size === 0 && sync) await syncFolder(dirname(path));
			current = { handle, inode: status.ino, size };
			if (last[0] === LINE_FEED) return current;
		} catch (error) {
			current = undefined;
			await handle.close();
			throw error;
		}
		await rotate();
		return opened();
	}

	async function rotate(): Promise<void> {
		await close();
		const stamp = new Date().toISOString().replaceAll(/[-:.]/gu, "");
		for (let number = 0; ; number += 1) {
			const name = `${path}.${stamp}-${String(number).padStart(4, "0")}`;
			if ((await lstat(name).catch(absent)) !== undefined) continue;
			await rename(path, name);
			break;
		}
		const prefix = `${basename(path)}.`;
		const older = (await readdir(dirname(path)))
			.filter((name) => name.startsWith(prefix) && STAMP.test(name.slice(prefix.length)))
			.toSorted();
		for (const name of older.slice(0, Math.max(0, older.length - keepFiles))) {
			await rm(join(dirname(path), name), { force: true });
		}
	}

	return {
		append: async (lines) => {
			let file = await opened();
			if (file.size > 0 && file.size + lines.byteLength > maxBytes) {
				await rotate();
				file = await opened();
			}
			try {
				await file.handle.appendFile(lines);
				if (sync) await file.handle.datasync();
				file.size += lines.byteLength;
			} catch (error) {
				// The next write looks at how the file ends.
				await close().catch(() => undefined);
				throw error;
			}
		},
		close,
	};
}

const STAMP = /^\d{8}T\d{9}Z-\d{4}$/u;

async function syncFolder(path: string): Promise<void> {
	const folder = await open(path);
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}

function absent(error: unknown): undefined {
	if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
	throw error;
}
