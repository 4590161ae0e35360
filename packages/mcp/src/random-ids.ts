import { randomFillSync } from "node:crypto";
import { inMemberOrder, uuid7, UUID7_RANDOM_BYTES, type NewEvent } from "@mcp-trail/event";

const pool = new Uint8Array(UUID7_RANDOM_BYTES * 64);
let used = pool.length;

/** Makes the id of an event that another one names. */
export function newEventId(nowMs: number): string {
	if (used + UUID7_RANDOM_BYTES > pool.length) {
		randomFillSync(pool);
		used = 0;
	}
	const id = uuid7(nowMs, pool, used);
	used += UUID7_RANDOM_BYTES;
	return id;
}

/** The same event with an id, so that another can name it. */
export const named = (event: NewEvent): NewEvent =>
	inMemberOrder({ id: newEventId(Date.now()), ...event });
