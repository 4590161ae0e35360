import {
	close,
	constants,
	fchmod,
	fchown,
	fstat,
	fsync,
	link,
	lstat,
	mkdir,
	open,
	readdir,
	rename,
	rmdir,
	unlink,
} from "node:fs";
import { promisify } from "node:util";
import type { Files, FileStatus } from "../system.ts";
import { errorCode, isFolderSyncUnknown } from "./error-code.ts";
import { fileHandle } from "./node-file-handle.ts";
import { syncsFolders, WRITE_THROUGH } from "./write-through.ts";

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } =
	constants;
// Windows has neither O_NOFOLLOW nor O_NONBLOCK. Non-blocking, so that a pipe laid in the folder cannot hang an open.
const GUARDED = (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
const FLAGS = {
	create: O_RDWR | O_CREAT | O_EXCL | GUARDED | WRITE_THROUGH,
	update: O_RDWR | GUARDED | WRITE_THROUGH,
	append: O_RDWR | O_APPEND | O_CREAT | GUARDED | WRITE_THROUGH,
	read: O_RDONLY | GUARDED,
} as const;

const files = {
	close: promisify(close),
	fchmod: promisify(fchmod),
	fchown: promisify(fchown),
	fstat: promisify(fstat),
	fsync: promisify(fsync),
	link: promisify(link),
	lstat: promisify(lstat),
	mkdir: promisify(mkdir),
	open: promisify(open),
	readdir: promisify(readdir),
	rename: promisify(rename),
	rmdir: promisify(rmdir),
	unlink: promisify(unlink),
};

/** Real files: never through a link, new ones 0600 in folders 0700; writes are positional, but to what is opened to append. */
export const nodeFiles: Files = {
	async open(path, flag) {
		const fd = await files.open(path, FLAGS[flag], 0o600);
		try {
			if (!(await files.fstat(fd)).isFile()) throw notAFile(path);
		} catch (error) {
			await files.close(fd);
			throw error;
		}
		return fileHandle(fd, flag === "append");
	},
	async makeFolder(path) {
		await files.mkdir(path, { recursive: true, mode: 0o700 });
	},
	async list(path) {
		try {
			return (await files.readdir(path)).toSorted();
		} catch (error) {
			if (isMissing(error)) return [];
			throw error;
		}
	},
	async status(path): Promise<FileStatus | undefined> {
		try {
			const stat = await files.lstat(path);
			const kind = stat.isFile() ? "file" : stat.isDirectory() ? "directory" : "other";
			// Windows has no permission bits and says 0666 of everything.
			const mode = process.platform === "win32" ? 0o700 : stat.mode & 0o7777;
			return { kind, size: stat.size, uid: stat.uid, gid: stat.gid, mode };
		} catch (error) {
			if (isMissing(error)) return undefined;
			throw error;
		}
	},
	rename: (from, to) => files.rename(from, to),
	link: (from, to) => files.link(from, to),
	async remove(path) {
		const stat = await files.lstat(path);
		await (stat.isDirectory() ? files.rmdir(path) : files.unlink(path));
	},
	async share(path, gid, mode) {
		const fd = await files.open(path, O_RDONLY | GUARDED);
		try {
			await files.fchown(fd, process.geteuid?.() ?? -1, gid);
			await files.fchmod(fd, mode);
		} finally {
			await files.close(fd);
		}
	},
	async syncFolder(path) {
		// Windows cannot open a folder; there a new name's survival of a power loss is not promised.
		if (!syncsFolders) return;
		const fd = await files.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
		try {
			await files.fsync(fd);
		} catch (error) {
			if (!isFolderSyncUnknown(error)) throw error;
		} finally {
			await files.close(fd);
		}
	},
};

function isMissing(error: unknown): boolean {
	return errorCode(error) === "ENOENT";
}

function notAFile(path: string): Error {
	return Object.assign(
		new Error(
			`${path} is not a regular file. Move it out of the folder; links are never followed.`,
		),
		{ code: "ENOTFILE" },
	);
}
