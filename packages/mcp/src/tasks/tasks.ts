import type { Audit, Decision } from "@mcp-trail/audit";
import { inMemberOrder, timeText, type NewEvent, type TaskDetail } from "@mcp-trail/event";
import { derived } from "../audited/derived.ts";
import type { Connection } from "../observer.ts";
import { isTerminal, type TaskSeen } from "./read-task.ts";
import { taskOutcome } from "./task-outcome.ts";
import { MAX_TASKS, taskTable, type Task } from "./task-table.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What a message showed of a task. */
export interface Shown {
	/** `hmac-sha256:…` of the id. */
	readonly digest: string;
	readonly state: TaskSeen;
	/** The request that this answers made the task. */
	readonly isCreated?: boolean;
	/** The final result was handed over. */
	readonly isRetrieved?: boolean;
}

/** The tasks of one audit: how they change, seen in replies and notifications, or inferred from their deadline. */
export interface Tasks {
	digest(id: string): string;
	/** What is known of a task that a message names. */
	known(connection: Connection, digest: string): TaskDetail | undefined;
	/** Takes what a recorded event showed, and tells what changed by it. */
	show(connection: Connection, shown: Shown, event: NewEvent): void;
	/** The owner does not know the task (any more); told only of one that was known, to whom it was known. */
	gone(connection: Connection, digest: string, event: NewEvent): void;
	/** True where a poll came to what the polls before it came to: it is counted with them. */
	poll(
		connection: Connection,
		shown: Pick<Shown, "digest" | "state">,
		event: NewEvent,
		decision: Decision,
		startMs: number,
	): boolean;
}

/** What is not heard of for so long is forgotten, whatever its time to live. */
const FORGET_MS = 24 * 60 * 60 * 1000;
const MAX_LIFE_MS = 7 * FORGET_MS;
/** Polls are counted for so long before they are written. */
const POLLS_MS = 60_000;
/** A clock that is further off than this is not counted by. */
const MAX_SKEW_MS = 60_000;

/** A server's tasks are known by its identity across connections; without one, by their id alone. */
function keyOf({ role, reached }: Connection, digest: string): string {
	return `${role} ${reached?.id ?? ""} ${digest}`;
}

function ownerOf({ actor }: NewEvent): string {
	const { issuer, id, id_digest } = actor?.principal ?? {};
	return JSON.stringify([issuer, id ?? id_digest, actor?.auth?.client_id]);
}

/** A deadline by this clock: the owner's, where it is near. */
function deadlineOf({ ttlMs, createdAtMs }: TaskSeen): number | undefined {
	if (ttlMs === undefined) return undefined;
	const nowMs = Date.now();
	const isNear = createdAtMs !== undefined && Math.abs(createdAtMs - nowMs) <= MAX_SKEW_MS;
	return (isNear ? createdAtMs : nowMs) + ttlMs;
}

function make(key: string, shown: Shown, event: NewEvent): Task {
	const { state, digest, isCreated = false } = shown;
	return {
		key,
		digest,
		status: state.status,
		ttlMs: state.ttlMs,
		expiresMs: isCreated ? deadlineOf(state) : undefined,
		owner: ownerOf(event),
		originId: isCreated ? event.id : undefined,
		name: isCreated ? event.target?.name : undefined,
		retrieved: false,
		from: event,
		isPolled: false,
		polls: undefined,
		touchedMs: 0,
	};
}

/** Makes the tasks of one audit. */
function tasks(audit: Audit, maxTasks = MAX_TASKS): Tasks {
	const { digester } = audit;
	const table = taskTable(maxTasks, sayPolls, sweep);
	let isClosingHeard = false;

	function sayPolls(task: Task): void {
		const { polls } = task;
		task.polls = undefined;
		if (polls === undefined) return;
		const { first, decision, count, lastMs } = polls;
		const { time } = first;
		const many = { ...first, time: timeText(lastMs), ...(time && { start_time: time }), count };
		audit.record(count === 1 ? first : inMemberOrder(many), decision);
	}

	/** Before the audit stops to accept, what is being counted is said. */
	function onClosing(): void {
		for (const task of table.all()) sayPolls(task);
		table.stop();
	}

	function touch(task: Task): void {
		if (!isClosingHeard) {
			isClosingHeard = true;
			audit.closing?.addEventListener("abort", onClosing, { once: true });
		}
		task.touchedMs = Date.now();
		table.touch(task);
		table.due(task.touchedMs + FORGET_MS);
		if (task.expiresMs !== undefined) table.due(task.expiresMs);
	}

	function tell(task: Task, before: string | undefined, own: Parameters<typeof derived>[2]): void {
		const { name, from } = task;
		const detail: Writable<TaskDetail> = { id_digest: task.digest, status: task.status };
		if (before !== undefined) detail.previous_status = before;
		if (task.ttlMs !== undefined) detail.ttl_ms = task.ttlMs;
		if (task.originId !== undefined) detail.origin_event_id = task.originId;
		const server = from.target?.server;
		audit.record(
			derived("mcp.task.changed", from, {
				target: { kind: "task", ...(name !== undefined && { name }), ...(server && { server }) },
				...own,
				task: { ...detail, ...own.task },
			}),
		);
	}

	/** Ends at its deadline: nothing is lost of one that was read, or called off. */
	function expire(task: Task, atMs: number, nowMs: number): void {
		sayPolls(task);
		table.remove(task);
		if (task.retrieved || task.status === "cancelled") return;
		const before = task.status;
		task.status = "expired";
		tell(task, before, {
			time: timeText(atMs),
			...(nowMs > atMs && { observed_time: timeText(nowMs) }),
			task: { id_digest: task.digest, status: "expired", retrieved: false, inferred: true },
		});
	}

	function sweep(nowMs: number): number | undefined {
		let next: number | undefined;
		const soon = (atMs: number): void => {
			if (next === undefined || atMs < next) next = atMs;
		};
		for (const task of table.all()) {
			const { expiresMs, polls, touchedMs } = task;
			if (expiresMs !== undefined && expiresMs <= nowMs) {
				expire(task, expiresMs, nowMs);
				continue;
			}
			if (polls !== undefined && polls.startMs + POLLS_MS <= nowMs) sayPolls(task);
			const lasts = touchedMs + (expiresMs === undefined ? FORGET_MS : MAX_LIFE_MS);
			if (lasts <= nowMs) {
				sayPolls(task);
				table.remove(task);
				continue;
			}
			soon(lasts);
			if (expiresMs !== undefined) soon(expiresMs);
			if (task.polls !== undefined) soon(task.polls.startMs + POLLS_MS);
		}
		return next;
	}

	function change(task: Task, before: string | undefined, shown: Shown): void {
		const { state, isRetrieved = false } = shown;
		const outcome = taskOutcome(state.status, state);
		if (isRetrieved) task.retrieved = true;
		tell(task, before, {
			...(outcome && { outcome }),
			...(isRetrieved && {
				task: { id_digest: task.digest, status: task.status, retrieved: true },
			}),
		});
	}

	return {
		digest: (id) => digester.digest("task", id),
		known(connection, digest) {
			const task = table.get(keyOf(connection, digest));
			if (task === undefined) return undefined;
			const { status, ttlMs, originId } = task;
			return {
				id_digest: digest,
				status,
				...(ttlMs !== undefined && { ttl_ms: ttlMs }),
				...(originId !== undefined && { origin_event_id: originId }),
			};
		},
		show(connection, shown, event) {
			const { state, isCreated = false, isRetrieved = false } = shown;
			const key = keyOf(connection, shown.digest);
			const known = table.get(key);
			if (known === undefined) {
				const task = make(key, shown, event);
				touch(task);
				// Of one that was not seen made, work in progress is no news.
				if (isCreated || isRetrieved || state.status !== "working") change(task, undefined, shown);
				return;
			}
			// Answers to polls may overtake each other: what has ended does not begin again.
			const isLate = isTerminal(known.status) && known.status !== state.status;
			const before = known.status;
			known.ttlMs = state.ttlMs ?? known.ttlMs;
			touch(known);
			const isRead = isRetrieved && !known.retrieved;
			if (isLate || (before === state.status && !isRead)) return;
			sayPolls(known);
			known.status = state.status;
			known.isPolled = false;
			known.from = event;
			change(known, before, { ...shown, isRetrieved: isRead });
		},
		gone(connection, digest, event) {
			const task = table.get(keyOf(connection, digest));
			// To somebody else it may be there: who asks without a right to it gets the same answer.
			if (task === undefined || task.owner !== ownerOf(event)) return;
			sayPolls(task);
			table.remove(task);
			const before = task.status;
			const { retrieved } = task;
			task.status = "expired";
			task.from = event;
			tell(task, before, {
				task: { id_digest: digest, status: "expired", retrieved },
			});
		},
		poll(connection, { digest, state }, event, decision, startMs) {
			const task = table.get(keyOf(connection, digest));
			if (task === undefined || task.owner !== ownerOf(event)) return false;
			const isNews = task.status !== state.status || isTerminal(state.status);
			if (isNews || !task.isPolled) {
				// What was counted comes before what came of it.
				sayPolls(task);
				task.isPolled = !isNews;
				return false;
			}
			const nowMs = Date.now();
			if (task.polls) {
				task.polls.count++;
				task.polls.lastMs = nowMs;
			} else {
				task.polls = { first: event, decision, startMs, lastMs: nowMs, count: 1 };
				table.due(startMs + POLLS_MS);
			}
			touch(task);
			return true;
		},
	};
}

const known = new WeakMap<Audit, Tasks>();

/** The tasks of an audit: one table, however many servers record into it. */
export function tasksOf(audit: Audit): Tasks {
	let found = known.get(audit);
	if (found === undefined) known.set(audit, (found = tasks(audit)));
	return found;
}
