/** The bytes of a JSON text, one by one and four at a time. */
export interface JsonBytes {
	readonly bytes: Uint8Array;
	readonly view: DataView;
	/** Where quotes and backslashes stand, as far as was walked: room for as many as there are bytes. */
	readonly marks: Int32Array;
	marksEnd: number;
}

/** Makes bytes ready to be walked; `marks` is written on again where it is long enough. */
export function jsonBytes(bytes: Uint8Array, marks: Int32Array): JsonBytes {
	return {
		bytes,
		view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
		marks: marks.length < bytes.length ? new Int32Array(bytes.length) : marks,
		marksEnd: 0,
	};
}

const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const EXPONENT = 0x65;
const UNICODE = 0x75;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const ESCAPED = new TextEncoder().encode('"\\/bfnrt');
const WORDS = ["true", "false", "null"].map((word) => new TextEncoder().encode(word));
/** One in each byte of four, and the highest bit of each. */
const EACH = 0x01_01_01_01;
const HIGHEST = 0x80_80_80_80;
/** Without it a quote is a space, and a control character is still one. */
const QUOTE_BIT = QUOTE ^ SPACE;
/** Nothing could be read here. */
const NONE = -1;

/** The end of the value that begins here, whatever it is; -1 where it is no JSON, has spaces, or is nested without end. */
export function valueEnd(json: JsonBytes, from: number): number {
	const { bytes } = json;
	const first = bytes[from];
	if (first === QUOTE) return textEnd(json, from);
	return first === OPEN || first === OPEN_LIST ? nestedEnd(json, from) : plainEnd(bytes, from);
}

/** The end of the text whose opening quote stands here. */
function textEnd(json: JsonBytes, quote: number): number {
	const { bytes, view, marks } = json;
	const { length } = bytes;
	marks[json.marksEnd++] = quote;
	let at = quote + 1;
	while (at < length) {
		if (at + 4 <= length) {
			const plain = plainBytes(view.getInt32(at, true));
			at += plain;
			if (plain === 4) continue;
		}
		const byte = bytes[at] ?? 0;
		if (byte === QUOTE) {
			marks[json.marksEnd++] = at;
			return at + 1;
		}
		if (byte < SPACE) return NONE;
		if (byte === BACKSLASH) {
			marks[json.marksEnd++] = at;
			const escaped = bytes[at + 1];
			if (escaped === QUOTE || escaped === BACKSLASH) marks[json.marksEnd++] = at + 1;
			at = escapeEnd(bytes, at);
			if (at < 0) return NONE;
		} else at += 1;
	}
	return NONE;
}

/** How many of four bytes, the lowest first, stand before a quote, a backslash or a control character. */
export function plainBytes(four: number): number {
	// A quote and all that is below a space are what is below the next character now; 0x20 and 0x21 are above.
	const low = four ^ (QUOTE_BIT * EACH);
	const backslashes = four ^ (BACKSLASH * EACH);
	// Subtracting borrows from the highest bit of the byte looked for; above the first such byte it says nothing.
	const odd =
		(((low - (SPACE + 1) * EACH) & ~low) | ((backslashes - EACH) & ~backslashes)) & HIGHEST;
	return odd === 0 ? 4 : (31 - Math.clz32(odd & -odd)) >> 3;
}

/** The end of the escape whose backslash stands here. */
function escapeEnd(bytes: Uint8Array, backslash: number): number {
	const kind = bytes[backslash + 1] ?? 0;
	if (kind !== UNICODE) return ESCAPED.includes(kind) ? backslash + 2 : NONE;
	const end = backslash + 6;
	for (let at = backslash + 2; at < end; at += 1) {
		const byte = bytes[at] ?? 0;
		// Lower case is 0x20 above.
		const letter = byte | SPACE;
		if (!isDigit(byte) && (letter < 0x61 || letter > 0x66)) return NONE;
	}
	return end;
}

/** The closing brackets that are still to come. */
const closing = new Uint8Array(64);

/** The end of the object or list that begins here; none where it is deeper than seems sensible. */
function nestedEnd(json: JsonBytes, from: number): number {
	const { bytes } = json;
	let depth = 0;
	let at = from;
	for (;;) {
		// A value begins here.
		const first = bytes[at];
		if (first === OPEN || first === OPEN_LIST) {
			if (depth === closing.length) return NONE;
			const close = first === OPEN ? CLOSE : CLOSE_LIST;
			closing[depth++] = close;
			at += 1;
			if (bytes[at] !== close) {
				if (close === CLOSE) at = nameEnd(json, at);
				if (at < 0) return NONE;
				continue;
			}
		} else {
			at = first === QUOTE ? textEnd(json, at) : plainEnd(bytes, at);
			if (at < 0) return NONE;
		}
		// It has ended, or its brackets are empty.
		while (bytes[at] === closing[depth - 1]) {
			depth -= 1;
			at += 1;
			if (depth === 0) return at;
		}
		if (bytes[at] !== COMMA) return NONE;
		at += 1;
		if (closing[depth - 1] === CLOSE) at = nameEnd(json, at);
		if (at < 0) return NONE;
	}
}

/** Where the value begins whose name begins here. */
function nameEnd(json: JsonBytes, from: number): number {
	const { bytes } = json;
	const end = bytes[from] === QUOTE ? textEnd(json, from) : NONE;
	return end >= 0 && bytes[end] === COLON ? end + 1 : NONE;
}

/** The end of the number or word that begins here. */
function plainEnd(bytes: Uint8Array, from: number): number {
	const first = bytes[from] ?? 0;
	for (const word of WORDS) {
		if (word[0] !== first) continue;
		let at = 0;
		while (at < word.length && word[at] === bytes[from + at]) at += 1;
		return at === word.length ? from + at : NONE;
	}
	const start = first === MINUS ? from + 1 : from;
	let at = digitsEnd(bytes, start);
	if (at < 0 || (bytes[start] === ZERO && at > start + 1)) return NONE;
	if (bytes[at] === POINT) at = digitsEnd(bytes, at + 1);
	if (at < 0 || ((bytes[at] ?? 0) | SPACE) !== EXPONENT) return at;
	const sign = bytes[at + 1];
	return digitsEnd(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
}

/** The end of the digits that begin here, at least one. */
function digitsEnd(bytes: Uint8Array, from: number): number {
	let at = from;
	while (isDigit(bytes[at] ?? 0)) at += 1;
	return at === from ? NONE : at;
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 0x39;
