import { inspectTrail, type InspectedStream, readSegments } from "@mcp-trail/audit";
import type { Verifier } from "@mcp-trail/integrity";
import { Failure } from "../failure.ts";

/** A trail's folder on its way into a verifier. */
export interface FolderFeeding {
	/** Looks at the folder: how much there is to read, and what cannot be. */
	look(): Promise<{ readonly bytes: number; readonly obstacles: readonly string[] }>;
	/** Reads it all; false = a part of it was removed meanwhile. */
	feed(onChunk: () => Promise<void>): Promise<boolean>;
}

/** Reads the streams of a trail's folder, each segment with what the folder says of it. */
export function feedFolder(dir: string, verification: Verifier): FolderFeeding {
	let streams: readonly InspectedStream[] = [];
	return {
		async look() {
			const trail = await inspectTrail(dir);
			streams = trail.streams;
			if (streams.length === 0 && trail.unreadable.length === 0)
				throw new Failure(
					`${dir} holds no stream. Name the folder a trail was opened with (its folders are named by stream id), or a file.`,
				);
			const sizes = streams.flatMap(({ segments }) => segments.map(({ bytes }) => bytes));
			return {
				bytes: sizes.reduce((sum, size) => sum + size, 0),
				obstacles: trail.unreadable.map(
					({ path, reason }) =>
						`${path} cannot be read (${reason}). Run as the trail's owner, or have its group read it.`,
				),
			};
		},
		async feed(onChunk) {
			for (const stream of streams)
				if (!(await feedStream(stream, verification, onChunk))) return false;
			return true;
		},
	};
}

async function feedStream(
	{ streamId, segments, owner, ended }: InspectedStream,
	verification: Verifier,
	onChunk: () => Promise<void>,
): Promise<boolean> {
	const end = ended && {
		sequence: ended.lastSequence,
		...(ended.lastHash !== undefined && { hash: ended.lastHash }),
	};
	const about = { streamId, ...(end && { ended: end }) };
	verification.begin(about);
	for (const segment of segments) {
		const live = owner?.alive === true && ended === undefined && segment === segments.at(-1);
		verification.begin({ ...about, name: segment.path, live });
		try {
			for await (const chunk of readSegments([segment])) {
				verification.push(chunk);
				await onChunk();
			}
		} catch (error) {
			if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
			throw error;
		}
	}
	return true;
}
