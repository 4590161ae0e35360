import { isDiskFull } from "../system/error-code.ts";
import type { CursorStore } from "./cursor-store.ts";
import type { OwnedStream } from "./owned-stream.ts";
import { folderError, reasonOf } from "./trail-error.ts";

/** Opens a reader's cursors: it exists from the first one, and before that is durable nothing holds records back for it. */
export async function openCursors(
	name: string,
	from: "oldest" | "newest",
	of: {
		readonly cursors: CursorStore;
		readonly streams: readonly OwnedStream[];
		readonly own: OwnedStream;
		readonly lastOf: (stream: OwnedStream) => number;
		/** Gives a full disk room, if there is any to give. */
		readonly relieve: () => Promise<boolean>;
		readonly report: (error: Error) => void;
	},
): Promise<void> {
	const { cursors, streams, own, lastOf, relieve, report } = of;
	const skip = from === "newest" && !cursors.has(name);
	cursors.open(name);
	for (const stream of streams) {
		const sequence = skip ? lastOf(stream) : (cursors.get(name, stream.streamId) ?? 0);
		if (stream !== own && !skip && sequence === 0) continue;
		const save = (): Promise<void> => cursors.save(name, stream.streamId, sequence);
		try {
			await save().catch(async (error: unknown) => {
				if (!isDiskFull(error) || !(await relieve())) throw error;
				await save();
			});
		} catch (error) {
			// On a full disk only delivery makes room, so that it goes on with a cursor that ends with the process.
			if (!isDiskFull(error)) throw cursorError(name, stream.path, error);
			report(cursorError(name, stream.path, error));
		}
	}
}

function cursorError(reader: string, path: string, error: unknown): Error {
	return folderError(
		"storage_failed",
		path,
		`The cursor of the reader ${reader} cannot be kept in ${path} (${reasonOf(error)}). Check the disk and the permissions.`,
		error,
	);
}
