/** What is written on, and the line that it is cut out of: four bytes are copied at a time. */
export interface Sheet {
	readonly source: DataView;
	readonly target: DataView;
	/** Where the next byte goes. */
	at: number;
	/** Something had no room: what is written is of no use. */
	full: boolean;
}

/** Lays a line beside what is written on. */
export function sheetFor(line: Uint8Array, target: Uint8Array, from: number): Sheet {
	return {
		source: new DataView(line.buffer, line.byteOffset, line.byteLength),
		target: new DataView(target.buffer, target.byteOffset, target.byteLength),
		at: from,
		full: false,
	};
}

/** A text that is written often. */
export interface Piece {
	readonly fours: Int32Array;
	readonly length: number;
}

/** Makes a text, one character a byte, ready to be written. */
export function pieceOf(text: string): Piece {
	const fours = new Int32Array((text.length + 3) >> 2);
	const bytes = new DataView(fours.buffer);
	for (let at = 0; at < text.length; at += 1) bytes.setUint8(at, text.charCodeAt(at));
	for (let at = 0; at < fours.length; at += 1) fours[at] = bytes.getInt32(at * 4, true);
	return { fours, length: text.length };
}

/** Up to three bytes behind the end are written, too, and then written over. */
const BEHIND = 3;

/** Writes a piece. */
export function put(sheet: Sheet, { fours, length }: Piece): void {
	const { target, at } = sheet;
	if (at + length + BEHIND > target.byteLength) {
		sheet.full = true;
		return;
	}
	for (let index = 0; index < fours.length; index += 1)
		target.setInt32(at + index * 4, fours[index] ?? 0, true);
	sheet.at = at + length;
}

/** Writes one byte. */
export function putByte(sheet: Sheet, byte: number): void {
	if (sheet.at >= sheet.target.byteLength) sheet.full = true;
	else sheet.target.setUint8(sheet.at++, byte);
}

/** Writes a part of the line. */
export function cut(sheet: Sheet, from: number, end: number): void {
	const { source, target, at } = sheet;
	if (at + end - from + BEHIND > target.byteLength) {
		sheet.full = true;
		return;
	}
	const ahead = at - from;
	const safe = Math.min(end, source.byteLength - BEHIND);
	let index = from;
	for (; index < safe; index += 4)
		target.setInt32(ahead + index, source.getInt32(index, true), true);
	for (; index < end; index += 1) target.setUint8(ahead + index, source.getUint8(index));
	sheet.at = ahead + end;
}

/** Writes the line as the inside of a JSON text: a backslash before each of its marks. */
export function escape(sheet: Sheet, marks: Int32Array, marksEnd: number): void {
	const { source, target } = sheet;
	const { byteLength: length } = source;
	if (sheet.at + length + marksEnd + BEHIND > target.byteLength) {
		sheet.full = true;
		return;
	}
	let ahead = sheet.at;
	let from = 0;
	for (let mark = 0; mark < marksEnd; mark += 1) {
		const end = marks[mark] ?? 0;
		const safe = Math.min(end, length - BEHIND);
		let index = from;
		for (; index < safe; index += 4)
			target.setInt32(ahead + index, source.getInt32(index, true), true);
		for (; index < end; index += 1) target.setUint8(ahead + index, source.getUint8(index));
		target.setUint8(ahead + end, BACKSLASH);
		ahead += 1;
		from = end;
	}
	sheet.at = ahead + from;
	cut(sheet, from, length);
}

const BACKSLASH = 0x5c;
