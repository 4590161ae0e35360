/** Longest value of a column, in bytes; Azure Monitor cuts a longer one and says yes. */
const MAX_FIELD_BYTES = 65_536;

/** Tells whether a row has a column whose value Azure Monitor would cut. */
export function hasLongField(row: Uint8Array): boolean {
	// Most rows are shorter than one field may be.
	if (row.byteLength <= MAX_FIELD_BYTES) return false;
	const columns: unknown = JSON.parse(Buffer.from(row).toString());
	return Object.values(Object(columns)).some((value) => {
		const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
		return Buffer.byteLength(text) > MAX_FIELD_BYTES;
	});
}
