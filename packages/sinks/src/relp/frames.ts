/** A frame of RELP: `TXNR SP COMMAND SP DATALEN [SP DATA] LF`. */
export interface RelpFrame {
	readonly txnr: number;
	readonly command: string;
	readonly data: Uint8Array;
}

/** Transaction numbers go up to this and begin again at 1. */
export const MAX_TXNR = 999_999_999;

const SPACE = 0x20;
const LINE_FEED = 0x0a;
const EMPTY = new Uint8Array();
/** Number, command and length with their spaces. */
const MAX_HEADER_BYTES = 9 + 1 + 32 + 1 + 9;
const HEADER = /^(\d{1,9}) ([a-z]{1,32}) (\d{1,9})$/u;

/** One frame as it goes on the wire. */
export function relpFrame(txnr: number, command: string, data: Uint8Array = EMPTY): Uint8Array {
	const header = `${txnr} ${command} ${data.byteLength}`;
	return data.byteLength === 0
		? Buffer.from(`${header}\n`)
		: Buffer.concat([Buffer.from(`${header} `), data, Buffer.of(LINE_FEED)]);
}

/**
 * Reads frames from bytes as they come, in pieces of any size; throws on what is no frame, or one with more than
 * `maxDataBytes`.
 */
export function relpReader(
	maxDataBytes: number,
	onFrame: (frame: RelpFrame) => void,
): (bytes: Uint8Array) => void {
	let rest: Uint8Array = EMPTY;
	return (bytes) => {
		rest = rest.byteLength === 0 ? bytes : Buffer.concat([rest, bytes]);
		for (let read = first(rest); read !== undefined; read = first(rest)) {
			rest = rest.subarray(read.bytes);
			onFrame(read.frame);
		}
	};

	function first(
		from: Uint8Array,
	): { readonly frame: RelpFrame; readonly bytes: number } | undefined {
		let spaces = 0;
		let end = 0;
		for (; end < from.byteLength; end += 1) {
			if (from[end] === LINE_FEED || (from[end] === SPACE && ++spaces === 3)) break;
		}
		if (end > MAX_HEADER_BYTES) throw new Error("a header without an end");
		if (end === from.byteLength) return undefined;
		const [, txnr, command = "", length] =
			HEADER.exec(Buffer.from(from.subarray(0, end)).toString("latin1")) ?? [];
		if (txnr === undefined) throw new Error("not a frame's header");
		const dataBytes = Number(length);
		if (dataBytes > maxDataBytes) throw new Error(`an answer of ${dataBytes} bytes`);
		// Without data the space before it may be missing.
		const begin = from[end] === SPACE ? end + 1 : end;
		if (begin === end && dataBytes > 0) throw new Error("a frame without its data");
		if (from.byteLength <= begin + dataBytes) return undefined;
		if (from[begin + dataBytes] !== LINE_FEED) throw new Error("a frame of another length");
		const data = from.slice(begin, begin + dataBytes);
		return { frame: { txnr: Number(txnr), command, data }, bytes: begin + dataBytes + 1 };
	}
}
