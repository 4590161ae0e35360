import { inspectTrail, readSegments } from "@mcp-trail/audit";
import { escape } from "../escape.ts";
import { Failure } from "../failure.ts";
import type { Io } from "../io.ts";
import { type Input, isFolder, openInput } from "../read-input.ts";

/** Opens files, standard input for `-`, and of a trail's folder every segment, stream by stream. */
export async function* inputs(paths: readonly string[], io: Io): AsyncGenerator<Input, void> {
	for (const path of paths) {
		if (await isFolder(path)) yield* segmentsOf(path);
		else yield openInput(path, io);
	}
}

async function* segmentsOf(dir: string): AsyncGenerator<Input, void> {
	const { streams, unreadable } = await inspectTrail(dir);
	const [first] = unreadable;
	if (first !== undefined)
		throw new Failure(
			`${escape(first.path, 1024)} cannot be read (${escape(first.reason)}). Run as the trail's owner, or have its group read it.`,
		);
	if (streams.length === 0)
		throw new Failure(
			`${dir} holds no stream. Name the folder a trail was opened with, or a file.`,
		);
	for (const { segments, owner, ended } of streams)
		for (const segment of segments) {
			const chunks = readSegments([segment]);
			const isLive = owner?.alive === true && ended === undefined && segment === segments.at(-1);
			yield {
				name: segment.path,
				bytes: segment.bytes,
				chunks: isLive ? wholeLines(chunks) : chunks,
			};
		}
}

/** Without what stands behind the last line feed: its owner is still writing it. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
	let held: Uint8Array[] = [];
	for await (const chunk of chunks) {
		const end = chunk.lastIndexOf(0x0a) + 1;
		if (end > 0) {
			yield Buffer.concat([...held, chunk.subarray(0, end)]);
			held = [];
		}
		if (end < chunk.length) held.push(Uint8Array.from(chunk.subarray(end)));
	}
}
