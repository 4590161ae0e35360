import { isAscii, isUtf8 } from "node:buffer";
import { lineMembers, type StoredEvent } from "@mcp-trail/event";
import { ABSENT, knownValues, PRESENT } from "./known-values.ts";
import { cut, escape, type Piece, pieceOf, put, putByte, type Sheet, sheetFor } from "./sheet.ts";
import type { Row } from "./table.ts";
import {
	encoded,
	keyOf,
	type Member,
	membersOf,
	type Reading,
	readingsOf,
	readsOf,
	type Said,
	withBlocks,
	type Word,
} from "./text-plan.ts";

/** How the text of an object is laid out around what rows say. */
export interface TextLayout {
	/** The last member, which holds what no row could keep. */
	readonly rest: string;
	/** A block of the target, and the name of its last member: the line itself, as a text. */
	readonly line: { readonly block: string; readonly name: string };
}

/**
 * Writes what it says of a line on `target` from `from` on, and gives where that ends. {@link NOT_SEALED} where the line
 * is not as `seal` writes it, {@link NO_ROOM} where the target has too little room; it may have been written on then, and
 * up to three bytes behind the end are in any case.
 */
export type WriteText = (line: Uint8Array, target: Uint8Array, from: number) => number;

/** What {@link WriteText} gives for a line that is to be parsed. */
export const NOT_SEALED = -1;
/** What {@link WriteText} gives where the target ends too early. */
export const NO_ROOM = -2;

/**
 * Compiles the rows that {@link table} takes into a function that says a stored line in the target's words as text,
 * byte for byte what `JSON.stringify` would say of `table`'s object: values that stay as they are are cut out of the
 * line, and what a conversion said of some values is remembered.
 *
 * Throws `TypeError` for rows whose text has no fixed order: the rows of one block must stand together.
 */
export function tableText(rows: readonly Row[], layout: TextLayout): WriteText {
	const read = new Set(rows.flatMap(({ as }) => readsOf(as)));
	const paths = [
		...new Set([...rows.flatMap(({ from }) => from ?? []), ...[...read].flatMap(withBlocks)]),
	];
	const members = lineMembers(paths);
	const { starts, ends } = members;
	const target = membersOf(rows, paths, layout.line);
	const readings = readingsOf([...read], "", paths);
	const kept = new Uint8Array(paths.length);
	const restKey = keyOf(layout.rest);
	const inputs = inputsOf(rows, paths, readings).map((input) => ({
		...input,
		known: knownValues(),
	}));
	/** By path, the numbers of values that conversions read. */
	const numbers = new Float64Array(paths.length);
	const NOTHING_READ = eventPart([]);

	let line: Buffer = Buffer.alloc(0);
	/** No value holds an escape or a character of several bytes. */
	let plain = true;
	/** The event as far as conversions read it, once one does. */
	let event: StoredEvent | undefined;

	function valueAt(path: number): unknown {
		const from = starts[path] ?? -1;
		if (from < 0) return undefined;
		const end = ends[path] ?? -1;
		if (plain && line[from] === QUOTE) return line.toString("latin1", from + 1, end - 1);
		return JSON.parse(line.toString("utf8", from, end));
	}

	function eventPart(below: readonly Reading[]): StoredEvent {
		const part = partOf(below);
		if (!isRead(part)) throw new TypeError("An event is an object.");
		return part;
	}

	function partOf(below: readonly Reading[]): Record<string, unknown> {
		const part: Record<string, unknown> = {};
		for (const { name, path, below: deeper } of below) {
			const from = starts[path] ?? -1;
			if (from < 0) continue;
			const block = deeper.length > 0 && line[from] === OPEN;
			part[name] = block ? partOf(deeper) : valueAt(path);
		}
		return part;
	}

	function converted({ as, path, known }: Word): Said {
		const before = known.find(numbers);
		if (before !== undefined) return before;
		const value = path < 0 ? undefined : valueAt(path);
		const word = as?.of(
			value,
			as.reads?.length === 0 ? NOTHING_READ : (event ??= eventPart(readings)),
		);
		const said =
			word === undefined ? "nothing" : word === value ? "the_value" : pieceOf(encoded(word));
		known.note(said);
		return said;
	}

	/** Writes what the first of some rows says; false where none does. */
	function sayWord(sheet: Sheet, key: Piece, words: readonly Word[]): boolean {
		for (const word of words) {
			const { path, is, keeps } = word;
			const from = path < 0 ? -1 : (starts[path] ?? -1);
			if (path >= 0 && from < 0) continue;
			const said = is ?? (word.as === undefined ? "the_value" : converted(word));
			if (said === "nothing") continue;
			if (keeps) kept[path] = 1;
			put(sheet, key);
			if (said === "the_value") cut(sheet, from, ends[path] ?? -1);
			else put(sheet, said);
			return true;
		}
		return false;
	}

	/** Writes a member of the target; false where no row says anything. */
	function say(sheet: Sheet, member: Member): boolean {
		const { key, words, below, list, line: lineKey } = member;
		if (below.length === 0) return sayWord(sheet, key, words);
		const before = sheet.at;
		put(sheet, key);
		const start = sheet.at;
		let empty = lineKey === undefined;
		for (const one of below) if (say(sheet, one)) empty = false;
		if (empty) {
			sheet.at = before;
			return false;
		}
		if (lineKey !== undefined) {
			put(sheet, lineKey);
			escape(sheet, members.marks, members.marksEnd);
			putByte(sheet, QUOTE);
		}
		close(sheet, start, list ? LIST : BLOCK);
		return true;
	}

	/** Writes what is left of a block's members without those kept, each with a comma before it. */
	function sayRest(sheet: Sheet, entries: Int32Array, first: number, end: number): void {
		let from = -1;
		let to = -1;
		for (let entry = first, next = first; entry < end; entry = next) {
			next = entries[entry + 3] ?? end;
			const name = entries[entry] ?? 0;
			const path = entries[entry + 2] ?? -1;
			const gone = path >= 0 && kept[path] === 1;
			const below = next > entry + ENTRY;
			if (!gone && !below) {
				// Members that stay and stand together are cut out together; the comma is that of the line.
				if (from < 0) from = name;
				to = entries[entry + 1] ?? 0;
				continue;
			}
			if (from >= 0) cutMembers(sheet, from, to);
			from = -1;
			if (gone) continue;
			const before = sheet.at;
			// The name of the first member stands behind the bracket.
			cutMembers(sheet, name, (entries[entry + ENTRY] ?? 0) - 1);
			const start = sheet.at;
			sayRest(sheet, entries, entry + ENTRY, next);
			if (sheet.at === start) sheet.at = before;
			else close(sheet, start, BLOCK);
		}
		if (from >= 0) cutMembers(sheet, from, to);
	}

	return (bytes, page, from) => {
		const ascii = isAscii(bytes);
		if (!ascii && !isUtf8(bytes)) return NOT_SEALED;
		if (!members.read(bytes)) return NOT_SEALED;
		line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		plain = ascii && !line.includes(BACKSLASH);
		event = undefined;
		kept.fill(0);
		const sheet = sheetFor(bytes, page, from);
		for (const { path, block, known } of inputs) {
			const start = starts[path] ?? -1;
			if (start < 0) numbers[path] = ABSENT;
			else if (block && line[start] === OPEN) numbers[path] = PRESENT;
			else numbers[path] = known(sheet.source, start, ends[path] ?? -1);
		}
		for (const member of target) say(sheet, member);
		put(sheet, restKey);
		const start = sheet.at;
		sayRest(sheet, members.entries, 0, members.entriesEnd);
		if (sheet.at === start) put(sheet, EMPTY);
		else close(sheet, start, BLOCK);
		close(sheet, from, BLOCK);
		return sheet.full ? NO_ROOM : sheet.at;
	};
}

/** Numbers of an entry of {@link lineMembers}. */
const ENTRY = 4;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const BLOCK = { open: OPEN, close: 0x7d };
const LIST = { open: 0x5b, close: 0x5d };
const EMPTY = pieceOf("{}");

/** The paths that conversions read, and whether what they read is a block's members. */
function inputsOf(
	rows: readonly Row[],
	paths: readonly string[],
	readings: readonly Reading[],
): readonly { readonly path: number; readonly block: boolean }[] {
	const blocks = new Map<number, boolean>();
	const add = (below: readonly Reading[]): void => {
		for (const { path, below: deeper } of below) {
			blocks.set(path, deeper.length > 0);
			add(deeper);
		}
	};
	add(readings);
	for (const { from, as } of rows) {
		if (from === undefined || as === undefined) continue;
		const path = paths.indexOf(from);
		// As a value of its own all of it counts.
		blocks.set(path, false);
	}
	return [...blocks].map(([path, block]) => ({ path, block }));
}

/** Brackets what was written from here on: the first opens where a comma stands. */
function close(sheet: Sheet, start: number, brackets: typeof BLOCK): void {
	if (sheet.full) return;
	sheet.target.setUint8(start, brackets.open);
	putByte(sheet, brackets.close);
}

/** Writes members of the line, a comma before them. */
function cutMembers(sheet: Sheet, from: number, to: number): void {
	putByte(sheet, COMMA);
	cut(sheet, from, to);
}

/** What conversions do not say they read they do not find; tests hold both forms equal. */
const isRead = (part: object): part is StoredEvent => part !== null;
