import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { fileFailure } from "./failure.ts";
import type { Io } from "./io.ts";

/** A file or standard input, ready to be read. */
export interface Input {
	/** As shown in messages. */
	readonly name: string;
	/** Unknown for standard input. */
	readonly bytes: number | undefined;
	readonly chunks: AsyncIterable<Uint8Array>;
}

/** True for the folder of a trail rather than a file. */
export async function isFolder(path: string): Promise<boolean> {
	if (path === "-") return false;
	try {
		return (await stat(path)).isDirectory();
	} catch (error) {
		throw fileFailure(path, error);
	}
}

/** Opens a file, or standard input for `-`. */
export async function openInput(path: string, io: Io): Promise<Input> {
	if (path === "-") return { name: "standard input", bytes: undefined, chunks: io.stdin };
	try {
		const { size } = await stat(path);
		return { name: path, bytes: size, chunks: fileChunks(path) };
	} catch (error) {
		throw fileFailure(path, error);
	}
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
	try {
		const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 262_144 });
		yield* stream;
	} catch (error) {
		throw fileFailure(path, error);
	}
}
