import { isObject, isRequest } from "../hook/frame.ts";

/** Both SDK generations write a request's number last; within a text its quotes would be escaped. */
const LAST = /,"id":(\d{1,15})\}$/u;
const LONGEST_LAST = 24;

/** The id of the request that a body is, as an HTTP transport of an SDK writes it; of anything else undefined. */
export function requestIdOf(body: unknown): string | number | undefined {
	if (typeof body !== "string") return undefined;
	if (body.startsWith('{"method":"')) {
		const digits = LAST.exec(body.slice(-LONGEST_LAST))?.[1];
		if (digits !== undefined) return Number(digits);
	}
	// An answer may be long, and is none.
	if (body.startsWith('{"result":')) return undefined;
	try {
		const frame: unknown = JSON.parse(body);
		return isObject(frame) && isRequest(frame) ? frame.id : undefined;
	} catch {
		return undefined;
	}
}
