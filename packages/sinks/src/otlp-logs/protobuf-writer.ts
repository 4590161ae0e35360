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

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;
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
			bytes(field, Buffer.from(value));
		},
		message: (field, fill) => {
			tag(field, LENGTH);
			const start = end;
			fill();
			const body = Buffer.from(buffer.subarray(start, end));
			end = start;
			varint(body.length);
			room(body.length);
			buffer.set(body, end);
			end += body.length;
		},
		done: () => Uint8Array.from(buffer.subarray(0, end)),
	};
}

/** Reads the fields of one message: whole numbers, and bytes of what has a length. Throws on bytes that are no message. */
export function protobufFields(bytes: Uint8Array): ReadonlyMap<number, bigint | Uint8Array> {
	const fields = new Map<number, bigint | Uint8Array>();
	let at = 0;
	const varint = (): bigint => {
		let value = 0n;
		for (let shift = 0n; shift < 70n; shift += 7n) {
			const byte = bytes[at++];
			if (byte === undefined) break;
			value |= BigInt(byte & 0x7f) << shift;
			if (byte < 0x80) return BigInt.asUintN(64, value);
		}
		throw new TypeError("no protobuf message");
	};
	const take = (count: number): Uint8Array => {
		if (at + count > bytes.length) throw new TypeError("no protobuf message");
		at += count;
		return bytes.subarray(at - count, at);
	};
	while (at < bytes.length) {
		const key = Number(varint());
		const field = Math.floor(key / 8);
		const wireType = key % 8;
		if (field === 0) throw new TypeError("no protobuf message");
		if (wireType === VARINT) fields.set(field, varint());
		else if (wireType === LENGTH) fields.set(field, take(Number(varint())));
		else if (wireType === FIXED64) take(8);
		else if (wireType === FIXED32) take(4);
		else throw new TypeError("no protobuf message");
	}
	return fields;
}
