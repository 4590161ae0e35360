/**
 * Estimates the stored bytes of an event without serialising it: enough to bound a queue.
 * Strings count one byte a character, so text in other scripts is underrated by up to three times.
 */
export function eventSize(event: object): number {
	let size = 300;
	const open: object[] = [event];
	for (let value = open.pop(); value !== undefined; value = open.pop()) {
		if (Array.isArray(value)) {
			for (const item of value) size += sizeOf(item, open);
		} else {
			for (const [key, member] of Object.entries(value)) {
				size += key.length + 4 + sizeOf(member, open);
			}
		}
	}
	return size;
}

function sizeOf(value: unknown, open: object[]): number {
	if (typeof value === "string") return value.length + 3;
	if (typeof value === "object" && value !== null) {
		open.push(value);
		return 3;
	}
	return 8;
}
