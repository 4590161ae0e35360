import type { JsonObject } from "../json-object.ts";
import type { Entry, Noted } from "./exchanges.ts";
import { isObject } from "./frame.ts";
import { member } from "./loose.ts";
import type { OpenRequests } from "./open-requests.ts";

function note(entry: Entry | undefined, kind: keyof Noted): boolean {
	if (entry === undefined) return false;
	entry.noted ??= { progress: 0, log: 0 };
	entry.noted[kind]++;
	return true;
}

/**
 * Counts a notification into the request it belongs to: by its progress token, or by the request that the SDK says it
 * sends it for (`relatedRequestId`). False if no open request is known to be its own.
 */
export function join(
	open: OpenRequests,
	isInbound: boolean,
	message: JsonObject,
	options: unknown,
): boolean {
	const { method, params } = message;
	if (method === "notifications/cancelled")
		return open.cancel(isInbound ? open.inbound : open.outbound, message);
	const asked = isInbound ? open.outbound : open.inbound;
	const related = (): Entry | undefined =>
		isInbound ? undefined : asked.get(member(options, "relatedRequestId"));
	if (method === "notifications/progress") {
		const token = isObject(params) ? params["progressToken"] : undefined;
		return note(asked.byToken(token) ?? related(), "progress");
	}
	return method === "notifications/message" && note(related(), "log");
}
