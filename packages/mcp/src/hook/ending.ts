import type { JsonObject } from "../json-object.ts";
import type { Ending } from "../observer.ts";
import type { Entry } from "./exchanges.ts";
import { isObject } from "./frame.ts";
import { member } from "./loose.ts";
import type { Peer } from "./peer.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A result that ends its call, or anything else. */
function answerOf(response: JsonObject | undefined): Entry["answer"] {
	const result = response?.["result"];
	return isObject(result) && result["resultType"] !== "input_required" ? "result" : "other";
}

/** How this side gave a request up: a caller's own deadline (`AbortSignal.timeout`) is one, too. */
export function givenUpAs({ signal }: Entry, asked: boolean): "cancelled" | "timeout" {
	if (signal?.aborted !== true) return asked ? "cancelled" : "timeout";
	return member(signal.reason, "name") === "TimeoutError" ? "timeout" : "cancelled";
}

/** Says how a request ended, with all that was noted of it; what cannot be read is left out. */
export function endingOf(
	entry: Entry,
	how: Ending["how"],
	more: Partial<Ending> | undefined,
	{ registrations, onFault }: Peer,
): Ending {
	const ending: Writable<Ending> = {
		how,
		endMs: Date.now(),
		endUs: Math.round(performance.now() * 1000),
	};
	try {
		const entered = entry.held ? false : registrations?.entered(entry);
		// Only an answer settles that a callback was not entered; before it, it may still be.
		const settles = entered === true || entry.held || how === "answered" || how === "send_failed";
		if (entered !== undefined && settles) ending.entered = entered;
		if (entry.threw) ending.threw = true;
		const { noted } = entry;
		if (noted !== undefined) {
			if (noted.progress > 0) ending.progressCount = noted.progress;
			if (noted.log > 0) ending.logCount = noted.log;
		}
		if (how === "answered" && !entry.exchange.inbound) entry.answer = answerOf(more?.response);
		const { carried } = entry.exchange;
		if (carried) ending.carried = carried;
		const known = registrations?.known(entry);
		if (known !== undefined) ending.known = known;
		if (more !== undefined) Object.assign(ending, more);
	} catch (fault) {
		onFault(fault);
	}
	return ending;
}
