import type { RefusedItem, SinkError } from "@mcp-trail/audit";
import { isSinkError } from "../sink-error.ts";

/** What a write rejected with; throws where it resolved, or rejected with anything else. */
export async function failure(work: Promise<unknown> | undefined): Promise<SinkError> {
	try {
		await work;
	} catch (error) {
		if (isSinkError(error)) return error;
		throw error;
	}
	throw new Error("it did not fail");
}

/** The events that a write did not deliver, as its error lists them; none where it resolved. */
export async function refusals(work: Promise<void>): Promise<readonly RefusedItem[]> {
	try {
		await work;
		return [];
	} catch (error) {
		if (isSinkError(error) && error.items !== undefined) return error.items;
		throw error;
	}
}
