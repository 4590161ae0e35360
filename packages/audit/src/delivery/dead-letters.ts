import { AuditError, isCoded, messageOf } from "../audit-error.ts";
import type { Refused } from "./resend.ts";
import type { FileHandle, System } from "../system.ts";

/** Where a sink's refused events are kept. */
export interface DeadLettersOptions {
	/** A folder that this user owns; made (0700) when it does not exist. Each sink has one file in it. */
	readonly dir: string;
	/** Size of one sink's file, in bytes; at the limit its lane holds (processes that share it may pass it by a write each). @default 104_857_600 */
	readonly maxBytes?: number;
}

/** The dead letters of one sink. */
export interface DeadLetters {
	/** Adds refused events, durably; rejects with `dead_letter_unwritable`. */
	write(refused: readonly Refused[]): Promise<void>;
	/** Resolves once what is being written is written. */
	close(): Promise<void>;
}

const LINE_FEED = 0x0a;

/**
 * A file of one JSON object a line: `time`, `sink`, `code`, `stream_id`, `sequence` and `line`, the stored line
 * as a string, byte for byte, so that its hash still verifies. Processes may share the folder: each appends.
 */
export function deadLetters(
	sink: string,
	options: DeadLettersOptions | undefined,
	system: System,
): DeadLetters {
	const { files, clock } = system;
	const maxBytes = options?.maxBytes ?? 104_857_600;

	const unwritable = (what: string, remedy: string, cause?: unknown): AuditError =>
		new AuditError(
			"dead_letter_unwritable",
			`dead letters of sink ${sink}: ${what}; ${remedy}`,
			cause,
		);

	const checkFolder = async (dir: string): Promise<void> => {
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
	};

	const append = async (into: FileHandle, dir: string, letters: Uint8Array): Promise<void> => {
		const size = await into.size();
		// A line cut short, by a crash or a full disk, is ended, so that it spoils no other.
		const torn = size > 0 && (await into.read(1, size - 1))[0] !== LINE_FEED;
		const bytes = torn ? Buffer.concat([Uint8Array.of(LINE_FEED), letters]) : letters;
		if (size + bytes.length > maxBytes) {
			throw unwritable(
				`the file has reached its limit of ${maxBytes} bytes`,
				"replay it and move it away, or raise deadLetters.maxBytes",
			);
		}
		if (size === 0) await files.syncFolder(dir);
		const written = await into.writev([bytes], size);
		if (written !== bytes.length)
			throw unwritable("the write was cut short", "make room on the disk");
		await into.datasync();
	};

	const write = async (refused: readonly Refused[]): Promise<void> => {
		if (options === undefined) {
			throw unwritable(
				`there is nowhere to keep an event refused with ${refused[0]?.code ?? "unknown"}`,
				"set deadLetters.dir",
			);
		}
		try {
			const { dir } = options;
			await checkFolder(dir);
			// Opened for each write: the file may have been moved away, and other processes append to it.
			const file = await files.open(`${dir}/${sink}.dead-letters.ndjson`, "append");
			const time = new Date(clock.nowMs()).toISOString();
			try {
				const letters = refused.map((one) => letter(time, sink, one)).join("");
				await append(file, dir, Buffer.from(letters));
			} finally {
				// What was written is durable by now: a close that fails must not have it written again.
				await file.close().catch(() => undefined);
			}
		} catch (error) {
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
		close: async () => inTurn(async () => undefined),
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
