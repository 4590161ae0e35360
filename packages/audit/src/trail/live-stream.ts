import type { SealedEvent } from "@mcp-trail/integrity";
import type { ExitFiles, FileHandle, System } from "../system.ts";
import { isDiskFull } from "../system/error-code.ts";
import type { TrailError } from "../trail.ts";
import { writeAll } from "./json-file.ts";
import { segmentPath, type OwnedStream } from "./owned-stream.ts";
import type { Segment } from "./scan-segments.ts";
import { asTrailError, closedError, reasonOf, trailError } from "./trail-error.ts";

/** Writes a stream's segments; one call at a time. */
export interface LiveStream {
	/** Why nothing can be written for now, if so. */
	refusal(): TrailError | undefined;
	/** Stores lines as durable as promised, or rejects and has stored none of them. */
	write(lines: readonly SealedEvent[], bytes: number): Promise<void>;
	/** Stores lines at once, after those that are being written; nothing may be written after it. Throws what fails. */
	exit(lines: readonly SealedEvent[], ending: ExitFiles): void;
	/** Makes everything durable and closes the segment; of a stream that is another's by now nothing is touched. */
	close(owned: boolean): Promise<void>;
}

/** How a stream is written. */
export interface LiveStreamOptions {
	readonly system: System;
	readonly stream: OwnedStream;
	readonly segmentBytes: number;
	readonly sync: boolean;
	/** The disk is full: gives back what can be given; true if that was anything. */
	relieve(): Promise<boolean>;
	report(error: Error): void;
}

/** After a failure nothing is tried again for so long. */
const BACKOFF_MS = 1_000;
/** Of a process that ends, at a file that is being removed: some 10 ms. */
const MAX_LOOKS = 10_000;
const NOTHING = new Uint8Array(0);

/** Starts a stream without segments. */
export function liveStream(options: LiveStreamOptions): LiveStream {
	const { system, stream, segmentBytes, sync } = options;
	const { files, clock } = system;
	let current: { readonly segment: Segment; readonly handle: FileHandle } | undefined;
	/** A segment with bytes after its good ones, from a write that failed. */
	let broken: Segment | undefined;
	/** What a write under way may have stored, or not yet. */
	let writing: readonly SealedEvent[] = [];
	let failure: { readonly error: TrailError; readonly untilUs: number } | undefined;
	/** The process was to end: what is there since is no longer known here. */
	let exited = false;
	/** A name on its way off the disk: what is stored under it now would go with it. */
	let removing: string | undefined;
	let scratch = Buffer.allocUnsafe(64 * 1024);

	async function put(lines: readonly SealedEvent[], bytes: number): Promise<void> {
		if (
			current === undefined ||
			(current.segment.bytes > 0 && current.segment.bytes + bytes > segmentBytes)
		) {
			await rotate(lines[0]?.sequence ?? 1);
		}
		if (current === undefined) return;
		const { segment, handle } = current;
		await writeAll(handle, joined(lines, bytes), segment.bytes);
		if (sync) await handle.datasync();
		// Readers know of a segment from its first good bytes on.
		if (segment.bytes === 0) stream.segments.push(segment);
		segment.bytes += bytes;
		segment.last = lines.at(-1)?.sequence ?? segment.last;
		writing = [];
	}

	function joined(lines: readonly SealedEvent[], bytes: number): Uint8Array {
		if (scratch.length < bytes) scratch = Buffer.allocUnsafe(bytes * 2);
		let at = 0;
		for (const line of lines) {
			scratch.set(line.bytes, at);
			at += line.bytes.length;
			scratch[at++] = 0x0a;
		}
		return scratch.subarray(0, bytes);
	}

	async function rotate(first: number): Promise<void> {
		if (exited) throw closedError();
		if (current !== undefined) {
			const { handle } = current;
			// Recovery looks at the last segment only, so the others are durable in every mode.
			if (!sync) await handle.datasync();
			current = undefined;
			await handle.close();
		}
		const path = segmentPath(stream.path, first);
		// Only an attempt of our own that failed half-way can have left this name.
		await removeLeft(path);
		const handle = await files.open(path, "create");
		const segment: Segment = { path, first, last: first - 1, bytes: 0 };
		current = { segment, handle };
		await files.syncFolder(stream.path);
	}

	/** Removes what an attempt that failed has left, unless the process was to end meanwhile: the name is taken then. */
	async function removeLeft(path: string): Promise<void> {
		const isThere = (await files.status(path)) !== undefined;
		if (exited) throw closedError();
		if (!isThere) return;
		removing = path;
		try {
			await files.remove(path);
		} finally {
			removing = undefined;
		}
		if (exited) throw closedError();
	}

	/** A failed write or sync is final for the segment: its descriptor is never written or synced again. */
	async function retire(): Promise<void> {
		const failed = current;
		current = undefined;
		if (failed === undefined) return;
		broken = failed.segment;
		await failed.handle.close().catch(() => {});
	}

	/** Brings a broken segment back to its good bytes, by a descriptor of its own, before anything else is written. */
	async function repair(): Promise<void> {
		if (exited) throw closedError();
		if (broken === undefined) return;
		if (broken.bytes === 0) {
			await removeLeft(broken.path);
			await files.syncFolder(stream.path);
		} else {
			const handle = await files.open(broken.path, "update");
			try {
				await handle.truncate(broken.bytes);
				await handle.datasync();
			} finally {
				await handle.close();
			}
		}
		broken = undefined;
	}

	function fail(error: unknown): TrailError {
		const failed = storageError(error, stream.path);
		if (failure === undefined) options.report(failed);
		failure = { error: failed, untilUs: clock.monotonicUs() + BACKOFF_MS * 1000 };
		return failed;
	}

	async function store(lines: readonly SealedEvent[], bytes: number): Promise<void> {
		try {
			await repair();
			await put(lines, bytes);
			failure = undefined;
			return;
		} catch (error) {
			await retire();
			// With no space a second try has no better chance, unless some could be given back.
			const again =
				failure === undefined &&
				(!isDiskFull(error) || (await options.relieve().catch(() => false)));
			if (!again) throw fail(error);
		}
		try {
			await repair();
			// The same lines with the same numbers: should the first write have left traces, they are repeats.
			await put(lines, bytes);
		} catch (error) {
			await retire();
			throw fail(error);
		}
	}

	return {
		refusal() {
			return failure !== undefined && clock.monotonicUs() < failure.untilUs
				? failure.error
				: undefined;
		},
		async write(lines, bytes) {
			if (exited) throw closedError();
			writing = lines;
			try {
				await store(lines, bytes);
			} finally {
				writing = [];
			}
		},
		exit(lines, ending) {
			exited = true;
			// It takes a moment in another thread. Where it fails, the name stays.
			for (let looks = 0; looks < MAX_LOOKS; looks++)
				if (removing === undefined || ending.isFolder(removing) === undefined) break;
			const all = [...writing, ...lines];
			if (broken !== undefined) ending.write(broken.path, NOTHING, broken.bytes, sync);
			const [first] = all;
			if (first === undefined) return;
			const last = current?.segment;
			// Where the write under way goes by its own size, all goes.
			const next = bytesOf(writing.length > 0 ? writing : lines);
			const goesOn = last !== undefined && (last.bytes === 0 || last.bytes + next <= segmentBytes);
			const path = goesOn ? last.path : segmentPath(stream.path, first.sequence);
			// Recovery looks at the last segment only, so the others are durable in every mode.
			if (!goesOn && !sync && last !== undefined)
				ending.write(last.path, NOTHING, last.bytes, true);
			// The same bytes at the same place as the write under way, whichever of the two comes first.
			ending.write(path, joined(all, bytesOf(all)), goesOn ? last.bytes : 0, sync);
			ending.syncFolder(stream.path);
		},
		async close(owned) {
			const last = current;
			current = undefined;
			// Bytes of a failed write would make a clean end look torn.
			if (last === undefined) return owned && !exited ? repair() : undefined;
			try {
				if (!sync) await last.handle.datasync();
			} finally {
				await last.handle.close();
			}
		},
	};
}

const bytesOf = (lines: readonly SealedEvent[]): number =>
	lines.reduce((sum, { bytes }) => sum + bytes.length + 1, 0);

function storageError(error: unknown, path: string): TrailError {
	if (isDiskFull(error)) {
		return trailError(
			"full",
			"disk_full",
			`The disk of ${path} is full. Free space on it, or give the trail another folder; what cannot be kept is counted.`,
			error,
		);
	}
	const failed = asTrailError(error);
	return trailError(
		"write_failed",
		"write_failed",
		`The trail in ${path} cannot be written (${reasonOf(failed.cause ?? failed)}). Check the disk and the folder's permissions.`,
		error,
	);
}
