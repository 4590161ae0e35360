import { isAscii, isUtf8 } from "node:buffer";
import { lineMembers, type StoredEvent } from "@mcp-trail/event";
import type { Row } from "./table.ts";
import {
	encoded,
	keyOf,
	type Member,
	membersOf,
	type Reading,
	readingsOf,
	readsOf,
	withBlocks,
	type Word,
} from "./text-plan.ts";

/** How the text of an object is laid out around what rows say. */
export interface TextLayout {
	/** The last member, which holds what no row could keep. */
	readonly rest: string;
	/** A block of the target that is left open at its end, where another member may follow. */
	readonly open: string;
}

/**
 * Compiles the rows that {@link table} takes into a function that says a stored line in the target's words as text,
 * byte for byte what `JSON.stringify` would say of `table`'s object: values that stay as they are are cut out of the
 * line. Each character of the text stands for one byte of UTF-8. Undefined for a line that is not as `seal` writes it.
 *
 * Throws `TypeError` for rows whose text has no fixed order: the rows of one block must stand together.
 */
export function tableText(
	rows: readonly Row[],
	layout: TextLayout,
): (line: Uint8Array) => readonly [string, string] | undefined {
	const read = new Set(rows.flatMap(({ as }) => readsOf(as)));
	const paths = [
		...new Set([...rows.flatMap(({ from }) => from ?? []), ...[...read].flatMap(withBlocks)]),
	];
	const members = lineMembers(paths);
	const { starts, ends } = members;
	const target = membersOf(rows, paths);
	const readings = readingsOf([...read], "", paths);
	const kept = new Uint8Array(paths.length);
	const restKey = `,${JSON.stringify(layout.rest)}:`;
	const openKey = keyOf(layout.open);

	/** The line, one character a byte. */
	let text = "";
	/** No value holds an escape or a character of several bytes. */
	let plain = true;

	function valueAt(path: number): unknown {
		const from = starts[path] ?? -1;
		if (from < 0) return undefined;
		const end = ends[path] ?? -1;
		if (plain && text.charCodeAt(from) === QUOTE) return text.substring(from + 1, end - 1);
		return JSON.parse(plain ? text.substring(from, end) : decoded(text.substring(from, end)));
	}

	/** The event as far as conversions read it. */
	function partOf(below: readonly Reading[]): Record<string, unknown> {
		const part: Record<string, unknown> = {};
		for (const { name, path, below: deeper } of below) {
			const from = starts[path] ?? -1;
			if (from < 0) continue;
			const block = deeper.length > 0 && text.charCodeAt(from) === OPEN;
			part[name] = block ? partOf(deeper) : valueAt(path);
		}
		return part;
	}

	function wordOf(words: readonly Word[], event: StoredEvent): string | undefined {
		for (const row of words) {
			const { path, is, as, keeps } = row;
			const from = path < 0 ? -1 : (starts[path] ?? -1);
			if (path >= 0 && from < 0) continue;
			let said = is;
			if (as !== undefined) {
				const value = path < 0 ? undefined : valueAt(path);
				const word = as.of(value, event);
				if (word === undefined) continue;
				if (word === value) said = undefined;
				else if (word === row.last) said = row.lastText;
				else {
					said = encoded(word);
					row.last = word;
					row.lastText = said;
				}
			}
			if (keeps) kept[path] = 1;
			return said ?? text.substring(from, ends[path]);
		}
		return undefined;
	}

	function saidOf({ words, below, list }: Member, event: StoredEvent): string | undefined {
		if (below.length === 0) return wordOf(words, event);
		let said = "";
		for (const member of below) {
			const word = saidOf(member, event);
			if (word !== undefined) said += (said === "" ? member.key : member.nextKey) + word;
		}
		if (said === "") return undefined;
		return list ? `[${said}]` : `{${said}}`;
	}

	/** What is left of a block's members without those kept; undefined when all are. */
	function restOf(entries: Int32Array, first: number, end: number): string | undefined {
		let left = "";
		let from = -1;
		let to = -1;
		let removed = false;
		for (let entry = first, next = first; entry < end; entry = next) {
			next = entries[entry + 3] ?? end;
			const name = entries[entry] ?? 0;
			const path = entries[entry + 2] ?? -1;
			const gone = path >= 0 && kept[path] === 1;
			const below = !gone && next > entry + 4 ? restOf(entries, entry + 4, next) : undefined;
			if (!gone && below === undefined) {
				// Members that stay and stand together are cut out together.
				if (from < 0) from = name;
				to = entries[entry + 1] ?? 0;
				continue;
			}
			removed = true;
			if (from >= 0) left = after(left, text.substring(from, to));
			from = -1;
			if (gone || below === undefined || below === "") continue;
			left = after(left, `${text.substring(name, text.indexOf(":", name) + 1)}{${below}}`);
		}
		if (!removed) return undefined;
		return from < 0 ? left : after(left, text.substring(from, to));
	}

	return (line) => {
		const ascii = isAscii(line);
		if (!ascii && !isUtf8(line)) return undefined;
		if (!members.read(line)) return undefined;
		text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("latin1");
		plain = ascii && !text.includes("\\");
		kept.fill(0);
		const event = partOf(readings);
		if (!isRead(event)) return undefined;
		let before: string | undefined;
		let said = "";
		for (const member of target) {
			const word = saidOf(member, event);
			if (word === undefined) continue;
			said += (said === "" && before === undefined ? `{${member.key}` : member.nextKey) + word;
			if (member.key !== openKey) continue;
			before = said.slice(0, -1);
			said = "}";
		}
		if (before === undefined) return undefined;
		const rest = restOf(members.entries, 0, members.entriesEnd);
		return [before, `${said}${restKey}${rest === undefined ? text : `{${rest}}`}}`];
	};
}

const QUOTE = 0x22;
const OPEN = 0x7b;
const after = (left: string, more: string): string => (left === "" ? more : `${left},${more}`);

/** What conversions do not say they read they do not find; tests hold both forms equal. */
const isRead = (part: object): part is StoredEvent => part !== null;

/** The text whose bytes these characters are. */
function decoded(bytes: string): string {
	return Buffer.from(bytes, "latin1").toString();
}
