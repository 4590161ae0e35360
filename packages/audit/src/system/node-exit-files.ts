import {
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	fdatasyncSync,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	lstatSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	writeSync,
} from "node:fs";
import type { ExitFiles } from "../system.ts";
import { errorCode, isFolderSyncUnknown } from "./error-code.ts";
import { syncsFolders, WRITE_THROUGH, writesThrough } from "./write-through.ts";

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;
const GUARDED = (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);

/** Real files, written without a wait: at the end of a process no promise is kept any more. */
export const nodeExitFiles: ExitFiles = {
	write(path, bytes, position, sync) {
		const fd = openSync(path, O_RDWR | O_CREAT | GUARDED | WRITE_THROUGH, 0o600);
		try {
			if (!fstatSync(fd).isFile()) throw new Error(`${path} is not a regular file.`);
			let written = 0;
			while (written < bytes.length)
				written += writeSync(fd, bytes, written, bytes.length - written, position + written);
			ftruncateSync(fd, position + bytes.length);
			if (sync && !writesThrough) fdatasyncSync(fd);
		} finally {
			closeSync(fd);
		}
	},
	read: (path) => readFileSync(path),
	makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
	rename: renameSync,
	share(path, gid, mode) {
		const fd = openSync(path, O_RDONLY | GUARDED);
		try {
			fchownSync(fd, process.geteuid?.() ?? -1, gid);
			fchmodSync(fd, mode);
		} finally {
			closeSync(fd);
		}
	},
	isFolder(path) {
		try {
			return lstatSync(path).isDirectory();
		} catch (error) {
			if (errorCode(error) === "ENOENT") return undefined;
			throw error;
		}
	},
	isSafe(path) {
		const { mode } = lstatSync(path);
		// Windows has no permission bits; a sticky folder lets nobody touch what is another's.
		return process.platform === "win32" || (mode & 0o022) === 0 || (mode & 0o1000) !== 0;
	},
	syncFolder(path) {
		if (!syncsFolders) return;
		const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
		try {
			fsyncSync(fd);
		} catch (error) {
			if (!isFolderSyncUnknown(error)) throw error;
		} finally {
			closeSync(fd);
		}
	},
};
