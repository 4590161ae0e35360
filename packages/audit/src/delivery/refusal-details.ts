import { bounds, type SinkDetail } from "@mcp-trail/event";
import type { Refused } from "./resend.ts";

/**
 * What `trail.sink_refused` says of refused events: one record for each code. Refused records of refusals are left
 * out, or two sinks that refuse everything would keep each other busy for ever; they are dead letters all the same.
 */
export function refusalDetails(sink: string, refused: readonly Refused[]): readonly SinkDetail[] {
	const byCode = new Map<string, string[]>();
	for (const { event, code } of refused) {
		const { id, type } = event.event;
		if (type === "trail.sink_refused") continue;
		const ids = byCode.get(code);
		if (ids === undefined) byCode.set(code, [id]);
		else ids.push(id);
	}
	return [...byCode].map(([code, ids]) => ({
		name: sink,
		code,
		events: ids.length,
		event_ids: ids.slice(0, bounds.items["sink.event_ids"]),
	}));
}
