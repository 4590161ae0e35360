import type { Audit, Decision } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import { summed } from "../audited/floods.ts";
import { pollOf } from "./task-callers.ts";
import type { Task } from "./task-table.ts";

/** Counts polls that came to what the polls before them came to. */
export interface TaskPolls {
	/** True where a poll is counted with others; else it is told by itself. */
	take(task: Task, event: NewEvent, decision: Decision, startMs: number): boolean;
	/** Records what was counted so far. */
	say(task: Task): void;
	/** Records what was counted for long enough; gives when what is left is due, `Infinity` where nothing is. */
	sayDue(task: Task, nowMs: number): number;
}

/** Polls are counted for so long before they are written. */
const POLLS_MS = 60_000;
/** Callers of one task that are told apart; polls of others are not counted. */
const MAX_POLLERS = 8;

/** When what was counted is due. */
const endMs = ({ polls }: Task): number =>
	Math.min(...[...polls.values()].map((one) => (one ? one.startMs + POLLS_MS : Infinity)));

/** Makes the counter of polls of one audit; `due` is told when something is to be said. */
export function taskPolls(audit: Audit, due: (atMs: number) => void): TaskPolls {
	function say({ polls }: Task): void {
		for (const [alike, counted] of polls) {
			polls.set(alike, undefined);
			if (counted) audit.record(summed(counted.first, counted), counted.decision);
		}
	}

	return {
		take({ polls }, event, decision, startMs) {
			const alike = pollOf(event);
			if (!polls.has(alike)) {
				if (polls.size < MAX_POLLERS) polls.set(alike, undefined);
				return false;
			}
			const nowMs = Date.now();
			const counted = polls.get(alike);
			if (counted) {
				counted.count++;
				counted.endMs = Math.max(counted.endMs, nowMs);
			} else {
				polls.set(alike, { first: event, decision, startMs, endMs: nowMs, count: 1 });
				due(startMs + POLLS_MS);
			}
			return true;
		},
		sayDue(task, nowMs) {
			const dueMs = endMs(task);
			// Also where the clock was set back.
			if (dueMs > nowMs && dueMs <= nowMs + POLLS_MS) return dueMs;
			say(task);
			return Infinity;
		},
		say,
	};
}
