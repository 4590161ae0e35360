/** What the first members of a stored line say. */
export interface LineHead {
	/** Of digits, `a` to `f` and `-` only. */
	readonly id: string;
	readonly time: string;
	readonly type: string;
}

/** The line's members have one order (docs/stored-form.md), so its head can be read without parsing it. */
const HEAD =
	/^\{"schema_version":"[0-9.]+","id":"([0-9a-f-]{36})","time":"([0-9TZ:.-]{20,30})","type":"([a-z0-9_.-]{1,256})"/u;
const HEAD_BYTES = 400;

/** Reads the head of an event's line from its bytes; undefined for a line of another shape, which is to be parsed. */
export function readHead(line: Uint8Array): LineHead | undefined {
	const text = asBuffer(line).toString("latin1", 0, HEAD_BYTES);
	const [, id, time, type] = HEAD.exec(text) ?? [];
	return id === undefined || time === undefined || type === undefined
		? undefined
		: { id, time, type };
}

/** The same bytes, with a buffer's methods. */
export function asBuffer(bytes: Uint8Array): Buffer {
	return Buffer.isBuffer(bytes)
		? bytes
		: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
