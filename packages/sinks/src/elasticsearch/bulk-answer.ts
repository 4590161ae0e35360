import type { PartRefusal } from "../http/deliver-parts.ts";
import { member, parsedJson, textMember } from "../http/json.ts";
import { judgeItem } from "./bulk-errors.ts";

/** How long to leave alone what does not pass soon, in milliseconds. */
const SLOW_RETRY_MS = 30_000;

interface Item {
	readonly status: number;
	/** An error stands in it, of whatever shape. */
	readonly failed: boolean;
	readonly type: string;
	readonly reason: string;
}

/** The error `type` and `reason` of a request that was refused as a whole. */
export function requestError(body: string): { readonly type: string; readonly reason: string } {
	const error = member(parsedJson(body), "error");
	return {
		type: textMember(error, "type"),
		reason: typeof error === "string" ? error : textMember(error, "reason"),
	};
}

/** The items of a 200, which must speak of every event sent and of no other; undefined = they do not. */
function itemsOf(body: string, ids: readonly string[]): readonly Item[] | undefined {
	const items = member(parsedJson(body), "items");
	if (!Array.isArray(items) || items.length !== ids.length) return undefined;
	const read: Item[] = [];
	for (const [index, item] of items.entries()) {
		const result = member(item, "create");
		const status = member(result, "status");
		const id = member(result, "_id");
		if (typeof status !== "number" || id !== ids[index]) return undefined;
		const error = member(result, "error");
		read.push({
			status,
			failed: error !== undefined && error !== null,
			type: textMember(error, "type"),
			reason: textMember(error, "reason"),
		});
	}
	return read;
}

/** True for an answer, as both products write it, in which every event is created: one that need not be parsed. */
function isAllCreated(body: string, ids: readonly string[]): boolean {
	if (!body.startsWith(START) || !body.endsWith(END)) return false;
	// The first has no comma before it.
	let at = START.length - 1;
	for (const id of ids) {
		if (at >= START.length && body[at] !== ",") return false;
		if (!body.startsWith(ITEM_START, at + 1)) return false;
		at += 1 + ITEM_START.length;
		if (!body.startsWith(id, at)) return false;
		at += id.length;
		if (!body.startsWith(ITEM_END, at)) return false;
		at += ITEM_END.length;
	}
	return at + END.length === body.length;
}

const START = '{"errors":false,"items":[';
const ITEM_START = '{"create":{"_id":"';
const ITEM_END = '","status":201}}';
const END = "]}";

/**
 * Reads the answer to a `_bulk` of `create`s: which events are not in the index, and why; undefined when it is
 * no such answer. `errors` is not believed: each item's status is.
 */
export function readBulkAnswer(
	body: string,
	ids: readonly string[],
): readonly PartRefusal[] | undefined {
	if (isAllCreated(body, ids)) return [];
	return itemsOf(body, ids)?.flatMap(({ status, failed, type, reason }, index): PartRefusal[] => {
		const created = status >= 200 && status < 300 && !failed;
		// The id exists: an earlier try delivered it and its answer was lost.
		const known = status === 409 && type === "version_conflict_engine_exception";
		if (created || known) return [];
		const { verdict, remedy, slow } = judgeItem(status, type, reason);
		const field = /\bfield \[([^\]]{1,200})\]/u.exec(reason)?.[1];
		return [
			{
				index,
				verdict,
				code: /^[a-z][a-z0-9_]{0,63}$/u.test(type) ? type : `item_${status}`,
				// A reason quotes values of the event; a field's name is the mapping's.
				says: field === undefined ? remedy : `Field ${field}. ${remedy}`,
				...(slow === true ? { retryAfterMs: SLOW_RETRY_MS } : {}),
			},
		];
	});
}
