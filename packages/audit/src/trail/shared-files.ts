import type { ExitFiles, Files } from "../system.ts";

/** Hands every file that is made to a group that may read it: what it cannot judge without, owners too. */
export function sharedFiles(files: Files, gid: number): Files {
	return {
		...files,
		async open(path, flag) {
			const made =
				flag === "create" || (flag === "append" && (await files.status(path)) === undefined);
			const handle = await files.open(path, flag);
			if (!made) return handle;
			try {
				await files.share(path, gid, 0o640);
			} catch (error) {
				await handle.close();
				throw error;
			}
			return handle;
		},
	};
}

/** The same of what is made at the very end of a process. */
export function sharedExitFiles(files: ExitFiles, gid: number): ExitFiles {
	return {
		...files,
		write(path, bytes, position, sync) {
			const made = files.isFolder(path) === undefined;
			files.write(path, bytes, position, sync);
			if (made) files.share(path, gid, 0o640);
		},
		makeFolder(path) {
			files.makeFolder(path);
			files.share(path, gid, 0o750);
		},
	};
}
