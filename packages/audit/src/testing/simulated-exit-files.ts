import type { ExitFiles } from "../system.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";

/** The files of a simulated disk, for a process of that user at its very end. */
export function simulatedExitFiles(disk: SimulatedDisk, uid: number): ExitFiles {
	return {
		write(path, bytes, position, sync) {
			const inode = disk.open(path, "append", uid);
			for (let at = 0; at < bytes.length;)
				at += disk.write(inode, bytes.subarray(at), position + at);
			inode.truncate(position + bytes.length);
			if (sync) inode.sync();
		},
		read(path) {
			const inode = disk.open(path, "read", uid);
			return inode.read(inode.size, 0);
		},
		makeFolder: (path) => disk.makeFolder(path, uid),
		rename: (from, to) => disk.rename(from, to),
		share: (path, gid, mode) => disk.share(path, gid, mode),
		isFolder(path) {
			const status = disk.status(path);
			return status && status.kind === "directory";
		},
		isSafe: (path) => ((disk.status(path)?.mode ?? 0) & 0o022) === 0,
		syncFolder: (path) => disk.syncFolder(path),
	};
}
