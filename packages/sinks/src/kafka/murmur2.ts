const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** MurmurHash2 as Kafka's Java client computes it: a signed 32-bit integer. */
function murmur2(bytes: Uint8Array): number {
	const { length } = bytes;
	const view = new DataView(bytes.buffer, bytes.byteOffset, length);
	const whole = length - (length % 4);
	let hash = SEED ^ length;
	for (let at = 0; at < whole; at += 4) {
		let k = Math.imul(view.getInt32(at, true), M);
		k = Math.imul(k ^ (k >>> 24), M);
		hash = Math.imul(hash, M) ^ k;
	}
	if (length > whole) {
		for (let at = length - 1; at >= whole; at--) hash ^= view.getUint8(at) << (8 * (at - whole));
		hash = Math.imul(hash, M);
	}
	hash = Math.imul(hash ^ (hash >>> 13), M);
	return hash ^ (hash >>> 15);
}

/** The partition that Kafka's Java client, and every client compatible with it, gives a key. */
export function partitionOf(key: Uint8Array, partitions: number): number {
	return (murmur2(key) & 0x7fffffff) % partitions;
}
