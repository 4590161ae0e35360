import type { AuditEvent } from "@mcp-trail/event";
import { pause } from "../delivery/waiting.ts";
import type { Timers } from "../system.ts";
import type { Recorder } from "./recorder.ts";

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/** Appends an event that must not be missing, again and again until the trail takes it; once told to end, a last time. */
export async function insist(
	event: AuditEvent,
	events: Pick<Recorder, "append">,
	timers: Timers,
	end: AbortSignal,
): Promise<void> {
	for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
		const last = end.aborted;
		try {
			await events.append(event, last ? "own" : "retried");
			return;
		} catch {
			if (last) return;
			await pause(timers, waitMs, end);
		}
	}
}
