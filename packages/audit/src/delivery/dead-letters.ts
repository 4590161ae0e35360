import { AuditError, isCoded, messageOf } from "../audit-error.ts";
import type { Refused } from "./resend.ts";
import type { FileHandle, System } from "../system.ts";

/** Where a sink's refused events are kept. */
export interface DeadLettersOptions {
	/** A folder that this process owns; made (0700) when it does not exist. Each sink has one file in it. */
	readonly dir: string;
	/** Size of one sink's file, in bytes; at the limit its lane holds. @default 104_857_600 */
	readonly maxBytes?: number;
}

/** The dead letters of one sink. */
export interface DeadLetters {
	/** Adds refused events, durably; rejects with `dead_letter_unwritable`. */
	write(refused: readonly Refused[]): Promise<void>;
	close(): Promise<void>;
}

const LINE_FEED = 0x0a;

interface OpenFile {
	readonly handle: FileHandle;
	size: number;
}

/**
 * A file of one JSON object a line: `time`, `sink`, `code`, `stream_id`, `sequence` and `line`, the stored line
 * as a string, byte for byte, so that its hash still verifies.
 */
export function deadLetters(
	sink: string,
	options: DeadLettersOptions | undefined,
	system: System,
): DeadLetters {
	const { files, clock } = system;
	const maxBytes = options?.maxBytes ?? 104_857_600;
	let file: OpenFile | undefined;

	const unwritable = (what: string, remedy: string, cause?: unknown): AuditError =>
		new AuditError(
			"dead_letter_unwritable",
			`dead letters of sink ${sink}: ${what}; ${remedy}`,
			cause,
		);

	const open = async (dir: string): Promise<OpenFile> => {
		await files.makeFolder(dir);
		const folder = await files.status(dir);
		if (folder?.kind !== "directory") {
			throw unwritable(`${dir} is not a folder`, "set deadLetters.dir to one");
		}
		if (folder.uid !== system.process.uid || (folder.mode & 0o022) !== 0) {
			throw unwritable(
				`${dir} belongs to another user or others may write to it`,
				"use a folder that only this user can write to",
			);
		}
		const path = `${dir}/${sink}.dead-letters.ndjson`;
		const before = await files.status(path);
		const handle = await files.open(path, before === undefined ? "create" : "update");
		try {
			let size = await handle.size();
			// A line cut short by a crash is ended, so that it spoils no other.
			if (size > 0 && (await handle.read(1, size - 1))[0] !== LINE_FEED) {
				size += await handle.writev([Uint8Array.of(LINE_FEED)], size);
			}
			if (before === undefined) await files.syncFolder(dir);
			return { handle, size };
		} catch (error) {
			await handle.close();
			throw error;
		}
	};

	const append = async (into: OpenFile, bytes: Uint8Array): Promise<void> => {
		if (into.size + bytes.length > maxBytes) {
			throw unwritable(
				`the file has reached its limit of ${maxBytes} bytes`,
				"replay it and move it away, or raise deadLetters.maxBytes",
			);
		}
		const written = await into.handle.writev([bytes], into.size);
		if (written !== bytes.length)
			throw unwritable("the write was cut short", "make room on the disk");
		await into.handle.datasync();
		into.size += bytes.length;
	};

	const close = async (): Promise<void> => {
		const closing = file;
		file = undefined;
		await closing?.handle.close();
	};

	const write = async (refused: readonly Refused[]): Promise<void> => {
		if (options === undefined) {
			throw unwritable(
				`there is nowhere to keep an event refused with ${refused[0]?.code ?? "unknown"}`,
				"set deadLetters.dir",
			);
		}
		try {
			file ??= await open(options.dir);
			const time = new Date(clock.nowMs()).toISOString();
			await append(file, Buffer.from(refused.map((one) => letter(time, sink, one)).join("")));
		} catch (error) {
			// After a failed write nothing is known about the handle: the next try opens the file anew.
			await close().catch(() => undefined);
			throw isCoded(error) && error.code === "dead_letter_unwritable"
				? error
				: unwritable(messageOf(error), `check ${options.dir}`, error);
		}
	};

	/** Batches in flight are refused at the same time, and each letter has its own place in the file. */
	let last: Promise<unknown> = Promise.resolve();
	const inTurn = async (work: () => Promise<void>): Promise<void> => {
		const turn = last.then(work);
		last = turn.catch(() => undefined);
		return turn;
	};

	return {
		write: async (refused) => inTurn(async () => write(refused)),
		close: async () => inTurn(close),
	};
}

function letter(time: string, sink: string, { event, code }: Refused): string {
	const line = Buffer.from(event.bytes.buffer, event.bytes.byteOffset, event.bytes.length);
	return `${JSON.stringify({
		time,
		sink,
		code,
		stream_id: event.stream,
		sequence: event.sequence,
		line: line.toString("utf8"),
	})}\n`;
}
