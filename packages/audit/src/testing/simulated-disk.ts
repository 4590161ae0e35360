import type { FileStatus, OpenFlag } from "../system.ts";
import { simulatedInode, type SimulatedInode } from "./simulated-inode.ts";
import type { SeededRandom } from "./seeded-random.ts";

interface FolderNode {
	readonly kind: "directory";
	uid: number;
	gid: number;
	mode: number;
	entries: Map<string, Node>;
	/** As after a power loss, and what was changed since. */
	durable: Map<string, Node>;
	pending: ((entries: Map<string, Node>) => void)[];
}

interface FileNode {
	readonly kind: "file";
	uid: number;
	gid: number;
	mode: number;
	readonly inode: SimulatedInode;
}

type Node = FolderNode | FileNode;

const BLOCK_BYTES = 4096;

/** A disk in memory, with the caches of a real one. */
export interface SimulatedDisk {
	/** Bytes it holds, in whole blocks. */
	capacityBytes: number;
	readonly usedBytes: number;
	open(path: string, flag: OpenFlag, uid: number): SimulatedInode;
	makeFolder(path: string, uid: number): void;
	list(path: string): readonly string[];
	status(path: string): FileStatus | undefined;
	rename(from: string, to: string): void;
	link(from: string, to: string): void;
	remove(path: string): void;
	share(path: string, gid: number, mode: number): void;
	syncFolder(path: string): void;
	/** Writes as much as there is room for; throws ENOSPC where that is nothing. */
	write(inode: SimulatedInode, bytes: Uint8Array, position: number): number;
	losePower(random: SeededRandom): void;
}

/** Makes an empty disk. */
export function simulatedDisk(): SimulatedDisk {
	const root = folder(0);

	function find(path: string): Node | undefined {
		let node: Node | undefined = root;
		for (const part of parts(path)) {
			if (node?.kind !== "directory") return undefined;
			node = node.entries.get(part);
		}
		return node;
	}

	function parentOf(path: string): { parent: FolderNode; name: string } {
		const names = parts(path);
		const name = names.pop() ?? "";
		const parent = find(names.join("/"));
		if (parent?.kind !== "directory") throw systemError("ENOENT", path);
		return { parent, name };
	}

	const disk: SimulatedDisk = {
		capacityBytes: Infinity,
		get usedBytes() {
			return used(root);
		},
		open(path, flag, uid) {
			const { parent, name } = parentOf(path);
			const node = parent.entries.get(name);
			if (flag !== "create" && !(flag === "append" && node === undefined)) {
				if (node === undefined) throw systemError("ENOENT", path);
				if (node.kind !== "file") throw systemError("ENOTFILE", path);
				return node.inode;
			}
			if (node !== undefined) throw systemError("EEXIST", path);
			const inode = simulatedInode();
			const made: FileNode = { kind: "file", uid, gid: 0, mode: 0o600, inode };
			change(parent, (entries) => entries.set(name, made));
			return inode;
		},
		makeFolder(path, uid) {
			let node = root;
			for (const name of parts(path)) {
				const next = node.entries.get(name);
				if (next?.kind === "file") throw systemError("ENOTDIR", path);
				const child = next ?? folder(uid);
				if (next === undefined) change(node, (entries) => entries.set(name, child));
				node = child;
			}
		},
		list(path) {
			const node = find(path);
			if (node?.kind !== "directory") return [];
			return [...node.entries.keys()].toSorted();
		},
		status(path) {
			const node = find(path);
			if (node === undefined) return undefined;
			const { kind, uid, gid, mode } = node;
			return { kind, uid, gid, mode, size: node.kind === "file" ? node.inode.size : 0 };
		},
		rename(from, to) {
			const source = parentOf(from);
			const target = parentOf(to);
			const node = source.parent.entries.get(source.name);
			if (node === undefined) throw systemError("ENOENT", from);
			if (source.parent === target.parent) {
				change(source.parent, (entries) => {
					entries.delete(source.name);
					entries.set(target.name, node);
				});
				return;
			}
			change(source.parent, (entries) => entries.delete(source.name));
			change(target.parent, (entries) => entries.set(target.name, node));
		},
		link(from, to) {
			const node = find(from);
			const { parent, name } = parentOf(to);
			if (node === undefined) throw systemError("ENOENT", from);
			if (parent.entries.has(name)) throw systemError("EEXIST", to);
			change(parent, (entries) => entries.set(name, node));
		},
		remove(path) {
			const { parent, name } = parentOf(path);
			const node = parent.entries.get(name);
			if (node === undefined) throw systemError("ENOENT", path);
			if (node.kind === "directory" && node.entries.size > 0) throw systemError("ENOTEMPTY", path);
			change(parent, (entries) => entries.delete(name));
		},
		share(path, gid, mode) {
			const node = find(path);
			if (node === undefined) throw systemError("ENOENT", path);
			node.gid = gid;
			node.mode = mode;
		},
		syncFolder(path) {
			const node = find(path);
			if (node?.kind !== "directory") throw systemError("ENOENT", path);
			node.durable = new Map(node.entries);
			node.pending = [];
		},
		write(inode, bytes, position) {
			if (disk.capacityBytes === Infinity) {
				inode.write(bytes, position);
				return bytes.length;
			}
			const free = disk.capacityBytes - disk.usedBytes;
			const blocks = Math.ceil(inode.size / BLOCK_BYTES) * BLOCK_BYTES;
			const room = Math.max(0, blocks + free - position);
			if (room <= 0) throw systemError("ENOSPC", "write");
			const part = bytes.subarray(0, Math.min(bytes.length, room));
			inode.write(part, position);
			return part.length;
		},
		losePower: (random) => losePower(root, random),
	};
	return disk;
}

/** An error as the system's calls throw it. */
export function systemError(code: string, what: string): Error {
	return Object.assign(new Error(`${code}: simulated, ${what}`), { code });
}

function change(parent: FolderNode, apply: (entries: Map<string, Node>) => void): void {
	apply(parent.entries);
	parent.pending.push(apply);
}

function used(node: Node): number {
	if (node.kind === "file") return Math.ceil(node.inode.size / BLOCK_BYTES) * BLOCK_BYTES;
	let bytes = 0;
	for (const child of node.entries.values()) bytes += used(child);
	return bytes;
}

function losePower(node: Node, random: SeededRandom): void {
	if (node.kind === "file") return node.inode.losePower(random);
	const kept = node.pending.slice(0, random.below(node.pending.length + 1));
	for (const apply of kept) apply(node.durable);
	node.entries = new Map(node.durable);
	node.pending = [];
	for (const child of node.entries.values()) losePower(child, random);
}

function folder(uid: number): FolderNode {
	return {
		kind: "directory",
		uid,
		gid: 0,
		mode: 0o700,
		entries: new Map(),
		durable: new Map(),
		pending: [],
	};
}

function parts(path: string): string[] {
	return path.split("/").filter((part) => part !== "");
}
