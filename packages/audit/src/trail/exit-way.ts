import type { AuditEvent } from "@mcp-trail/event";
import { sealer, type Head } from "@mcp-trail/integrity";
import type { ExitFiles } from "../system.ts";
import type { OpenTrail } from "../trail.ts";
import { ENDED, ownerName, unfinishedName } from "./layout.ts";
import { segmentPath } from "./owned-stream.ts";
import { storedOwner, type Owner } from "./owner.ts";

/**
 * Stores at once what waits, then these events, and ends the stream: the process ends and waits for nothing. Throws
 * what fails.
 */
export type ExitWay = (events: readonly AuditEvent[], files: ExitFiles) => void;

/** How a trail ends with its process. */
export interface Exit {
	readonly durability: "disk" | "os";
	/** As it is at this moment; undefined before it is opened. */
	readonly way: () => ExitWay | undefined;
}

// Beside the trail, not in it: a trail that wraps another must not be passed by.
const exits = new WeakMap<OpenTrail, Exit>();

/** Gives a trail of this package its way to end with the process. */
export function withExit(open: OpenTrail, exit: Exit): OpenTrail {
	exits.set(open, exit);
	return open;
}

/** How this very trail ends with the process, where it can. */
export function exitOf(open: OpenTrail): Exit | undefined {
	return exits.get(open);
}

/** A stream's folder, and who lets go of it. */
export interface EndingStream {
	readonly path: string;
	readonly owner: Owner;
}

/** Says where a stream ended, and that nobody writes it any more. */
export function endStream(files: ExitFiles, stream: EndingStream, head: Head | undefined): void {
	const { path, owner } = stream;
	writeJson(files, path, ENDED, {
		last_sequence: head?.sequence ?? 0,
		...(head !== undefined && { last_hash: head.hash }),
	});
	writeJson(files, path, ownerName(0), storedOwner({ ...owner, released: true }));
}

/** A stream that was to be opened when the process ended. */
export interface UnopenedStream {
	readonly dir: string;
	readonly streamId: string;
	readonly owner: Owner;
	/** Tells the draft of its folder apart from that of the opening under way. */
	readonly draftId: string;
	readonly sync: boolean;
}

/** Stores a stream whole, for a process that ends before its trail is open; throws where the folder is not safe. */
export function writeUnopened(
	files: ExitFiles,
	stream: UnopenedStream,
	events: readonly AuditEvent[],
): void {
	const { dir, streamId, owner, draftId, sync } = stream;
	if (files.isFolder(dir) === undefined) files.makeFolder(dir);
	if (files.isFolder(dir) !== true || !files.isSafe(dir))
		throw new Error(
			`The trail's folder ${dir} is no folder of its own, or others may write to it. Run: chmod 700 ${dir}`,
		);
	const path = `${dir}/${streamId}`;
	const chain = sealer(streamId);
	const bytes = Buffer.concat(events.flatMap((event) => [chain.seal(event).bytes, LINE_FEED]));
	const store = (folder: string): void => {
		files.write(segmentPath(folder, 1), bytes, 0, sync);
		endStream(files, { path: folder, owner }, chain.head);
		files.syncFolder(folder);
	};
	if (files.isFolder(path) === true) return store(path);
	const draft = `${dir}/${unfinishedName(draftId)}`;
	files.makeFolder(draft);
	store(draft);
	try {
		files.rename(draft, path);
	} catch (error) {
		// The opening under way has made it meanwhile: a thread of its own ends what it was doing.
		if (files.isFolder(path) !== true) throw error;
		store(path);
	}
	files.syncFolder(dir);
}

const LINE_FEED = Buffer.from("\n");

/** There whole or not at all. */
function writeJson(files: ExitFiles, folder: string, name: string, value: object): void {
	const draft = `${folder}/.${name}.exit`;
	files.write(draft, Buffer.from(`${JSON.stringify(value)}\n`), 0, true);
	files.rename(draft, `${folder}/${name}`);
	files.syncFolder(folder);
}
