/** An open file of {@link Files}. */
export interface FileHandle {
	/** Writes buffers at an offset, in order; resolves with the bytes written, which may be fewer than given. */
	writev(buffers: readonly Uint8Array[], position: number): Promise<number>;
	/** Fewer bytes than asked for only at the end of the file. */
	read(length: number, position: number): Promise<Uint8Array>;
	/** fdatasync. */
	datasync(): Promise<void>;
	truncate(length: number): Promise<void>;
	size(): Promise<number>;
	close(): Promise<void>;
}

/** What a file system entry is. */
export interface FileStatus {
	readonly kind: "file" | "directory" | "other";
	readonly size: number;
	readonly uid: number;
	readonly gid: number;
	/** Permission bits, e.g. 0o600. */
	readonly mode: number;
}

/**
 * How a file is opened: `create` = must not exist (wx), `update` = must exist, read and write, `read` = must exist,
 * `append` = made where it is missing, and every write goes to the end, whatever other processes write there.
 */
export type OpenFlag = "create" | "update" | "append" | "read";

/** The files a trail needs; no link is ever followed. */
export interface Files {
	/** New files are 0600. */
	open(path: string, flag: OpenFlag): Promise<FileHandle>;
	/** Makes a folder and its parents, 0700. */
	makeFolder(path: string): Promise<void>;
	/** Names in a folder, sorted by code unit; empty when it does not exist. */
	list(path: string): Promise<readonly string[]>;
	status(path: string): Promise<FileStatus | undefined>;
	/** Replaces a file that is there. */
	rename(from: string, to: string): Promise<void>;
	/** Gives a file a second name; rejects with `EEXIST` where that name is taken. */
	link(from: string, to: string): Promise<void>;
	/** Removes a file or an empty folder. */
	remove(path: string): Promise<void>;
	/** Hands a file or folder to a group and sets its permission bits. */
	share(path: string, gid: number, mode: number): Promise<void>;
	/** fsync of a folder, so that created, renamed and removed names survive a power loss. */
	syncFolder(path: string): Promise<void>;
}

/** What of {@link Files} works at the very end of a process, when nothing is waited for; no link is ever followed. */
export interface ExitFiles {
	/** Writes at an offset of a file, which is made where it is missing (0600) and ends with these bytes. */
	write(path: string, bytes: Uint8Array, position: number, sync: boolean): void;
	/** All of a small file. */
	read(path: string): Uint8Array;
	/** Makes a folder and its parents, 0700. */
	makeFolder(path: string): void;
	rename(from: string, to: string): void;
	/** Hands a file or folder to a group and sets its permission bits. */
	share(path: string, gid: number, mode: number): void;
	/** Undefined where there is nothing. */
	isFolder(path: string): boolean | undefined;
	/** False where others may change what is in the folder. */
	isSafe(path: string): boolean;
	syncFolder(path: string): void;
}

/** Wall and monotonic time. */
export interface Clock {
	/** Milliseconds since the epoch. */
	nowMs(): number;
	/** Microseconds of a monotonic clock, integer. */
	monotonicUs(): number;
}

/** A timer that can be called off. */
export interface Timers {
	/** Runs `fn` once; `ref: true` keeps the process alive for it (deadlines), false does not. Returns how to call it off. */
	after(ms: number, fn: () => void, options: { readonly ref: boolean }): () => void;
}

/** This process, as an owner of streams. */
export interface ProcessIdentity {
	/** The host's name. */
	readonly host: string;
	/** What tells apart two sets of pids on one host name, such as a container's; absent where there is one set. */
	readonly pidSpace?: string;
	readonly pid: number;
	readonly uid: number;
	/** When it started, in a form that tells a reused pid apart; empty where the system does not say. */
	readonly startTime: string;
	/** True if that process of this host still runs. */
	isAlive(owner: { readonly pid: number; readonly startTime: string }): boolean;
}

/** Files, clock, timers and randomness: the only way out of this package, so that it runs whole in a simulation. */
export interface System {
	readonly files: Files;
	/** Absent where a process cannot be seen to end; then nothing is written at its end. */
	readonly exitFiles?: ExitFiles;
	readonly clock: Clock;
	readonly timers: Timers;
	readonly process: ProcessIdentity;
	random(bytes: number): Uint8Array;
}
