import { jsonBytes, plainBytes, valueEnd } from "./value-end.ts";

/** Where the members of one line stand; good until the next line is read. */
export interface LineMembers {
	/** Reads a line; false where it is not what `JSON.stringify` writes of an event: then it is to be parsed. */
	read(line: Uint8Array): boolean;
	/** Where the value of a path begins and ends; -1 while the line has no such member. */
	readonly starts: Int32Array;
	readonly ends: Int32Array;
	/**
	 * The members of the blocks that paths lead through, in the order of the line, each before its own members, as
	 * four numbers: where its name begins, where its value ends, its path or -1, and where the entry after it and
	 * its members stands. Ends at `entriesEnd`.
	 */
	readonly entries: Int32Array;
	readonly entriesEnd: number;
	/** Where the line's quotes and backslashes stand, in order: what a JSON text of the line escapes. Ends at `marksEnd`. */
	readonly marks: Int32Array;
	readonly marksEnd: number;
}

/** A name that paths have below a block. */
interface Branch {
	/** Its name, four bytes at a time, and what counts of the last four. */
	readonly fours: Int32Array;
	readonly mask: number;
	/** -1 for a block that is no path of its own. */
	readonly path: number;
	/** Of all names. */
	readonly number: number;
	readonly below: Block | undefined;
}

/** The names below a block by their length. */
type Block = (Branch[] | undefined)[];

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Numbers of an entry. */
const ENTRY = 4;
/** Nothing could be read here. */
const NONE = -1;

/**
 * Makes a reader of chosen members of stored lines (docs/stored-form.md): it walks the bytes once and parses nothing,
 * in a tenth of the time that parsing takes. Every path but a last name is a block, whose members it lists, too.
 *
 * @example
 * ```ts
 * import { lineMembers } from "@mcp-trail/event";
 *
 * const members = lineMembers(["id", "mcp.method"]);
 *
 * function idOf(line: Buffer): string | undefined {
 * 	// The quotes are part of the value.
 * 	return members.read(line) ? line.toString("utf8", members.starts[0], members.ends[0]) : undefined;
 * }
 * ```
 */
export function lineMembers(paths: readonly string[]): LineMembers {
	const number = numbers();
	const root = blockOf(
		paths.map((path, index) => ({ names: path.split("."), index })),
		number,
	);
	/** 1 for each name that the line has had. */
	const seen = new Uint8Array(number());
	const starts = new Int32Array(paths.length).fill(NONE);
	const ends = new Int32Array(paths.length).fill(NONE);
	let line = jsonBytes(new Uint8Array(0), new Int32Array(4096));
	let entries = new Int32Array(ENTRY * 64);
	let entriesEnd = 0;

	/** The end of the object that begins here, its members noted. */
	function block(from: number, names: Block): number {
		const { bytes, view, marks } = line;
		const length = bytes.length;
		let at = from + 1;
		if (bytes[at] === CLOSE) return at + 1;
		while (at < length) {
			if (bytes[at] !== QUOTE) return NONE;
			const entry = entriesEnd;
			entriesEnd += ENTRY;
			if (entriesEnd > entries.length) entries = larger(entries);
			let colon = at + 1;
			// An escape in a name could hide one that is looked for.
			for (let plain = 4; plain === 4 && colon + 4 <= length; colon += plain)
				plain = plainBytes(view.getInt32(colon, true));
			// What is no name ends in no colon; four bytes of a value or bracket always follow one.
			if (bytes[colon] !== QUOTE || bytes[colon + 1] !== COLON) return NONE;
			marks[line.marksEnd++] = at;
			marks[line.marksEnd++] = colon;
			const branch = branchAt(names, view, at + 1, colon);
			const start = colon + 2;
			const below = branch?.below;
			const end =
				below !== undefined && bytes[start] === OPEN ? block(start, below) : valueEnd(line, start);
			if (end < 0) return NONE;
			let path = NONE;
			if (branch !== undefined) {
				// Of a name that is there twice a parser takes the last.
				if (seen[branch.number] === 1) return NONE;
				seen[branch.number] = 1;
				({ path } = branch);
				if (path >= 0) {
					starts[path] = start;
					ends[path] = end;
				}
			}
			entries[entry] = at;
			entries[entry + 1] = end;
			entries[entry + 2] = path;
			entries[entry + 3] = entriesEnd;
			if (bytes[end] === CLOSE) return end + 1;
			if (bytes[end] !== COMMA) return NONE;
			at = end + 1;
		}
		return NONE;
	}

	return {
		starts,
		ends,
		get entries() {
			return entries;
		},
		get entriesEnd() {
			return entriesEnd;
		},
		get marks() {
			return line.marks;
		},
		get marksEnd() {
			return line.marksEnd;
		},
		read(bytes) {
			line = jsonBytes(bytes, line.marks);
			entriesEnd = 0;
			starts.fill(NONE);
			ends.fill(NONE);
			seen.fill(0);
			return bytes[0] === OPEN && block(0, root) === bytes.length;
		},
	};
}

/** Counts from 0. */
function numbers(): () => number {
	let next = 0;
	return () => next++;
}

function blockOf(
	paths: readonly { readonly names: string[]; readonly index: number }[],
	number: () => number,
): Block {
	const block: Block = [];
	for (const first of new Set(paths.map(({ names }) => names[0] ?? ""))) {
		const under = paths.filter(({ names }) => names[0] === first);
		const deeper = under.filter(({ names }) => names.length > 1);
		const name = new TextEncoder().encode(first);
		(block[name.length] ??= []).push({
			fours: foursOf(name),
			mask: -1 >>> ((-name.length & 3) * 8),
			path: under.find(({ names }) => names.length === 1)?.index ?? NONE,
			number: number(),
			below:
				deeper.length === 0
					? undefined
					: blockOf(
							deeper.map(({ names, index }) => ({ names: names.slice(1), index })),
							number,
						),
		});
	}
	return block;
}

/** The bytes four at a time, the lowest first; none where there are no more. */
function foursOf(bytes: Uint8Array): Int32Array {
	const padded = new Uint8Array((bytes.length + 3) & ~3);
	padded.set(bytes);
	const view = new DataView(padded.buffer);
	return Int32Array.from({ length: padded.length / 4 }, (_, at) => view.getInt32(at * 4, true));
}

function branchAt(block: Block, line: DataView, from: number, to: number): Branch | undefined {
	const length = to - from;
	const branches = length < block.length ? block[length] : undefined;
	// Quote and colon follow a name, and then at least one byte.
	if (branches === undefined || to + 3 > line.byteLength) return undefined;
	for (const branch of branches) {
		const { fours, mask } = branch;
		const last = fours.length - 1;
		let index = 0;
		while (index < last && fours[index] === line.getInt32(from + index * 4, true)) index += 1;
		if (index !== last) continue;
		if (fours[last] === (line.getInt32(from + last * 4, true) & mask)) return branch;
	}
	return undefined;
}

function larger(entries: Int32Array): Int32Array<ArrayBuffer> {
	const copy = new Int32Array(entries.length * 2);
	copy.set(entries);
	return copy;
}
