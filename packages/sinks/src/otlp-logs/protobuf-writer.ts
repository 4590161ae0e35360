import { FIXED32, FIXED64, LENGTH, VARINT } from "./wire-types.ts";

/** Writes fields of a protobuf message, one after the other. */
export interface ProtobufWriter {
	bool(field: number, value: boolean): void;
	bytes(field: number, value: Uint8Array): void;
	double(field: number, value: number): void;
	fixed32(field: number, value: number): void;
	fixed64(field: number, value: bigint): void;
	int64(field: number, value: bigint): void;
	text(field: number, value: string): void;
	/** A message within this one; what is written meanwhile belongs to it. */
	message(field: number, fill: () => void): void;
	/** Everything written so far, in memory of its own. */
	done(): Uint8Array;
}

const MAX_VARINT_BYTES = 10;

/** Makes an empty message; the encoding is that of protobuf.dev/programming-guides/encoding. */
export function protobufWriter(): ProtobufWriter {
	let buffer = Buffer.allocUnsafe(4_096);
	let end = 0;

	const room = (bytes: number): void => {
		if (end + bytes <= buffer.length) return;
		const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, end + bytes));
		buffer.copy(larger, 0, 0, end);
		buffer = larger;
	};
	const varint = (value: number): void => {
		room(MAX_VARINT_BYTES);
		let left = value;
		while (left > 0x7f) {
			buffer[end++] = (left % 0x80) | 0x80;
			left = Math.floor(left / 0x80);
		}
		buffer[end++] = left;
	};
	const tag = (field: number, wireType: number): void => varint(field * 8 + wireType);
	const bytes = (field: number, value: Uint8Array): void => {
		tag(field, LENGTH);
		varint(value.byteLength);
		room(value.byteLength);
		buffer.set(value, end);
		end += value.byteLength;
	};

	return {
		bool: (field, value) => {
			tag(field, VARINT);
			varint(value ? 1 : 0);
		},
		bytes,
		double: (field, value) => {
			tag(field, FIXED64);
			room(8);
			end = buffer.writeDoubleLE(value, end);
		},
		fixed32: (field, value) => {
			tag(field, FIXED32);
			room(4);
			end = buffer.writeUInt32LE(value, end);
		},
		fixed64: (field, value) => {
			tag(field, FIXED64);
			room(8);
			end = buffer.writeBigUInt64LE(value, end);
		},
		int64: (field, value) => {
			tag(field, VARINT);
			room(MAX_VARINT_BYTES);
			let left = BigInt.asUintN(64, value);
			while (left > 0x7fn) {
				buffer[end++] = Number(left & 0x7fn) | 0x80;
				left >>= 7n;
			}
			buffer[end++] = Number(left);
		},
		text: (field, value) => {
			const length = Buffer.byteLength(value);
			tag(field, LENGTH);
			varint(length);
			room(length);
			end += buffer.write(value, end);
		},
		message: (field, fill) => {
			tag(field, LENGTH);
			const start = end;
			room(1);
			// Most messages are so short that their length takes one byte.
			end += 1;
			fill();
			const length = end - start - 1;
			room(MAX_VARINT_BYTES);
			const size = sizeOf(length);
			if (size > 1) buffer.copyWithin(start + size, start + 1, end);
			end = start;
			varint(length);
			end += length;
		},
		done: () => new Uint8Array(buffer.subarray(0, end)),
	};
}

/** Bytes of a varint. */
function sizeOf(value: number): number {
	let size = 1;
	for (let left = value; left > 0x7f; left = Math.floor(left / 0x80)) size += 1;
	return size;
}
