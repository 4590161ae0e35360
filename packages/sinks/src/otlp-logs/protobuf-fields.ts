import { FIXED32, FIXED64, LENGTH, VARINT } from "./wire-types.ts";

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
