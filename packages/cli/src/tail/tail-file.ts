import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { lineSplitter } from "@mcp-trail/integrity";
import { fileFailure } from "../failure.ts";
import { openInput } from "../read-input.ts";
import { lastLines } from "./last-lines.ts";
import type { TailWork } from "./tail-work.ts";

const MAX_LINE_BYTES = 16 * 1024 * 1024;
const POLL_MS = 200;

/** Shows the last lines of a file or of standard input, then what is appended; a file put in its place is followed. */
export async function tailFile({ path, last, follow, show, io }: TailWork): Promise<void> {
	const waiting: Uint8Array[] = [];
	const splitter = lineSplitter(MAX_LINE_BYTES, ({ bytes }) => {
		if (bytes.length > 0) waiting.push(Uint8Array.from(bytes));
	});
	const drain = async (): Promise<void> => {
		for (const line of waiting.splice(0)) {
			if (io.signal.aborted) return;
			await show(line);
		}
	};

	const isStream = path === "-";
	// Held from the first byte on: another file may be put in its place at any moment.
	const held = follow && !isStream ? await opened(path) : undefined;
	const chunks: AsyncIterable<Uint8Array> =
		held?.createReadStream({ start: 0, autoClose: false }) ?? (await openInput(path, io)).chunks;
	const kept = lastLines(isStream && follow ? Number.POSITIVE_INFINITY : last);
	let offset = 0;
	for await (const chunk of chunks) {
		if (io.signal.aborted) break;
		offset += chunk.length;
		splitter.push(chunk);
		if (isStream && follow) await drain();
		else for (const line of waiting.splice(0)) kept.add(line);
	}
	if (!follow || isStream) splitter.end();
	for (const line of waiting.splice(0)) kept.add(line);
	waiting.push(...kept.all());
	await drain();
	if (held !== undefined) await followFile(path, held, offset, splitter, drain, io.signal);
}

async function followFile(
	path: string,
	held: FileHandle,
	from: number,
	splitter: { push(chunk: Uint8Array): void; end(): void },
	drain: () => Promise<void>,
	signal: AbortSignal,
): Promise<void> {
	const buffer = Buffer.allocUnsafe(256 * 1024);
	// What a file gets before another is put in its place is read to its end.
	let handle = held;
	let offset = from;
	const readOn = async (): Promise<void> => {
		for (;;) {
			const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
			if (bytesRead === 0 || signal.aborted) return;
			offset += bytesRead;
			splitter.push(buffer.subarray(0, bytesRead));
			await drain();
		}
	};
	const beginAnew = async (): Promise<void> => {
		offset = 0;
		splitter.end();
		await drain();
	};
	try {
		while (!signal.aborted) {
			await readOn();
			const next = await otherFile(path, handle);
			if (next !== undefined) {
				await readOn();
				await handle.close();
				handle = next;
				await beginAnew();
				continue;
			}
			if ((await handle.stat()).size < offset) await beginAnew();
			await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
		}
	} finally {
		await handle.close();
	}
}

async function opened(path: string): Promise<FileHandle> {
	try {
		return await open(path, "r");
	} catch (error) {
		throw fileFailure(path, error);
	}
}

/** The file that stands at a path now, opened, if it is not the one that is held. */
async function otherFile(path: string, held: FileHandle): Promise<FileHandle | undefined> {
	const { ino, dev } = await held.stat();
	try {
		const named = await stat(path);
		if (named.ino === ino && named.dev === dev) return undefined;
		return await open(path, "r");
	} catch (error) {
		// Between a rotation's rename and the new file there is none.
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw fileFailure(path, error);
	}
}
