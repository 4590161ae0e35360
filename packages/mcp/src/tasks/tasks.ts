import type { Audit, Decision } from "@mcp-trail/audit";
import { timeText, type NewEvent, type Operation, type TaskDetail } from "@mcp-trail/event";
import { floods, summed } from "../audited/floods.ts";
import type { Connection, Direction } from "../observer.ts";
import { isTerminal, type TaskSeen } from "./read-task.ts";
import { changed, type Own } from "./task-changed.ts";
import { isKeepers, ownerOf, pollOf } from "./task-callers.ts";
import { taskOutcome } from "./task-outcome.ts";
import { MAX_TASKS, taskTable, type Task } from "./task-table.ts";

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
	/** The operation of the call that made a task, for what its keeper tells of it. */
	operation(connection: Connection, digest: string, told: Direction): Operation | undefined;
	/** Takes what a recorded event showed, and tells what changed by it. */
	show(connection: Connection, shown: Shown, event: NewEvent): void;
	/** True of who had the task made, or was first seen with it. */
	isOwner(connection: Connection, digest: string, who: Pick<NewEvent, "actor">): boolean;
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
/** Callers of one task that are told apart; polls of others are not counted. */
const MAX_POLLERS = 8;
/** A clock that is further off than this is not counted by. */
const MAX_SKEW_MS = 60_000;
/** Changes that a peer tells of its own accord: the first of a kind is written at once, those alike share an event. */
const NOTICES_MS = 10_000;
const MAX_NOTICES = 256;

/** By which a server without an identity is told from others, where it has said it. */
const nameOf = (connection: Connection): string | undefined =>
	connection.reached?.id === undefined ? connection.server()?.name : undefined;

/** Which operation an event belongs to, without what is only its own. */
function operationOf({ operation }: NewEvent): Operation | undefined {
	if (operation === undefined) return undefined;
	const {
		intent_id: _i,
		parent_event_id: _p,
		peer_event_id: _e,
		retry_reason: _r,
		...rest
	} = operation;
	return rest;
}

/** A deadline by this clock: the owner's, where it is near. */
function deadlineOf({ ttlMs, createdAtMs }: TaskSeen): number | undefined {
	if (ttlMs === undefined) return undefined;
	const nowMs = Date.now();
	const isNear = createdAtMs !== undefined && Math.abs(createdAtMs - nowMs) <= MAX_SKEW_MS;
	return (isNear ? createdAtMs : nowMs) + ttlMs;
}

function make(key: string, server: string | undefined, shown: Shown, event: NewEvent): Task {
	const { state, digest, isCreated = false } = shown;
	return {
		key,
		digest,
		status: state.status,
		ttlMs: state.ttlMs,
		expiresMs: isCreated ? deadlineOf(state) : undefined,
		owner: ownerOf(event),
		server,
		originId: isCreated ? event.id : undefined,
		operation: isCreated ? operationOf(event) : undefined,
		direction: event.mcp?.direction,
		name: isCreated ? event.target?.name : undefined,
		retrieved: false,
		from: event,
		polls: new Map(),
		touchedMs: 0,
	};
}

/** When what was counted of a task's polls is due. */
const pollsEndMs = ({ polls }: Task): number =>
	Math.min(...[...polls.values()].map((one) => (one ? one.startMs + POLLS_MS : Infinity)));

/** Makes the tasks of one audit. */
function tasks(audit: Audit, maxTasks = MAX_TASKS): Tasks {
	const { digester } = audit;
	const { closing } = audit;
	const table = taskTable(maxTasks, sayPolls, sweep);
	const notices = floods({
		windowMs: NOTICES_MS,
		maxKinds: MAX_NOTICES,
		write: (event) => audit.record(event),
		closing,
	});
	closing?.addEventListener("abort", onClosing, { once: true });

	/** A server's tasks are known by its identity across connections; without one by its name, as far as that is known. */
	function keyOf(connection: Connection, digest: string): string {
		const key = `${connection.role} ${connection.reached?.id ?? ""} ${digest}`;
		const name = nameOf(connection);
		if (name === undefined) return key;
		const own = `${key} ${name}`;
		if (table.get(own)) return own;
		const server = table.get(key)?.server;
		return server === undefined || server === name ? key : own;
	}

	function sayPolls({ polls }: Task): void {
		for (const [alike, counted] of polls) {
			polls.set(alike, undefined);
			if (counted) audit.record(summed(counted.first, counted), counted.decision);
		}
	}

	/** Before the audit stops to accept, what is being counted is said. */
	function onClosing(): void {
		for (const task of table.all()) sayPolls(task);
		table.stop();
	}

	function touch(task: Task): void {
		task.touchedMs = Date.now();
		table.touch(task);
		if (closing?.aborted === true) return;
		table.due(task.touchedMs + FORGET_MS);
		if (task.expiresMs !== undefined) table.due(task.expiresMs);
	}

	/** What a notification tells nobody asked for: of very many such changes it is said how many there were. */
	function note(task: Task, made: NewEvent): void {
		const { status, previous_status: before } = made.task ?? {};
		const { direction, role, transport } = made.mcp ?? {};
		const nowMs = Date.now();
		notices.take({
			key: [task.key, before, status].join("\n"),
			coarseKey: [role, transport, direction, status].join("\n"),
			startMs: nowMs,
			endMs: nowMs,
			// Of a peer's text nothing stands in it but as a digest.
			build: () => ({ event: made }),
		});
	}

	/** Ends at its deadline: nothing is lost of one that was read, or called off. */
	function expire(task: Task, atMs: number, nowMs: number): void {
		sayPolls(task);
		table.remove(task);
		if (task.retrieved || task.status === "cancelled") return;
		const before = task.status;
		task.status = "expired";
		const own: Own = {
			time: timeText(atMs),
			...(nowMs > atMs && { observed_time: timeText(nowMs) }),
			task: { id_digest: task.digest, status: "expired", retrieved: false, inferred: true },
		};
		audit.record(changed(task, before, own, task.from));
	}

	function sweep(nowMs: number): number | undefined {
		let next: number | undefined;
		const soon = (atMs: number): void => {
			if (next === undefined || atMs < next) next = atMs;
		};
		for (const task of table.all()) {
			const { expiresMs, touchedMs } = task;
			if (expiresMs !== undefined && expiresMs <= nowMs) {
				expire(task, expiresMs, nowMs);
				continue;
			}
			let pollsMs = pollsEndMs(task);
			if (pollsMs <= nowMs || pollsMs > nowMs + POLLS_MS) {
				// Also where the clock was set back.
				sayPolls(task);
				pollsMs = Infinity;
			}
			const lasts = touchedMs + (expiresMs === undefined ? FORGET_MS : MAX_LIFE_MS);
			if (lasts <= nowMs) {
				sayPolls(task);
				table.remove(task);
				continue;
			}
			soon(lasts);
			if (expiresMs !== undefined) soon(expiresMs);
			if (pollsMs !== Infinity) soon(pollsMs);
		}
		return next;
	}

	function change(task: Task, before: string | undefined, shown: Shown, from: NewEvent): void {
		const { state, isRetrieved = false } = shown;
		const outcome = taskOutcome(state.status, state);
		const own: Own = {
			...(outcome && { outcome }),
			...(isRetrieved && {
				task: { id_digest: task.digest, status: task.status, retrieved: true },
			}),
		};
		const event = changed(task, before, own, from);
		if (from.type === "mcp.notification") note(task, event);
		else audit.record(event);
	}

	/** A task that was not known before. */
	function meet(connection: Connection, shown: Shown, event: NewEvent): void {
		const { state, isCreated = false, isRetrieved = false } = shown;
		const task = make(keyOf(connection, shown.digest), nameOf(connection), shown, event);
		task.retrieved = isRetrieved;
		touch(task);
		// Of one that was not seen made, work in progress is no news.
		if (isCreated || isRetrieved || state.status !== "working")
			change(task, undefined, shown, event);
	}

	/** Its request's answer comes after something else told of the task, or a new task has the id of one before. */
	function create(connection: Connection, known: Task, shown: Shown, event: NewEvent): void {
		sayPolls(known);
		table.remove(known);
		if (known.originId !== undefined) return meet(connection, shown, event);
		const task = make(known.key, known.server ?? nameOf(connection), shown, event);
		touch(task);
		const isOver = isTerminal(known.status);
		change(task, isOver ? undefined : known.status, shown, event);
		if (isOver) task.status = known.status;
		task.retrieved = known.retrieved;
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
		operation(connection, digest, told) {
			const task = table.get(keyOf(connection, digest));
			return task && isKeepers(task, told) ? task.operation : undefined;
		},
		show(connection, shown, event) {
			const { state, isCreated = false, isRetrieved = false } = shown;
			const key = keyOf(connection, shown.digest);
			const known = table.get(key);
			if (known === undefined) return meet(connection, shown, event);
			if (isCreated) return create(connection, known, shown, event);
			const isOwner = known.owner === ownerOf(event);
			// Answers to polls may overtake each other: what has ended does not begin again.
			const isLate = isTerminal(known.status) && known.status !== state.status;
			const before = known.status;
			known.ttlMs = state.ttlMs ?? known.ttlMs;
			touch(known);
			// What a stranger reads its owner has not read.
			const isRead = isRetrieved && !(isOwner && known.retrieved);
			if (isLate || (before === state.status && !isRead)) return;
			sayPolls(known);
			known.polls.clear();
			known.status = state.status;
			if (isOwner) {
				known.from = event;
				known.retrieved ||= isRead;
			}
			change(known, before, { ...shown, isRetrieved: isRead }, event);
		},
		isOwner: (connection, digest, of) =>
			table.get(keyOf(connection, digest))?.owner === ownerOf(of),
		gone(connection, digest, event) {
			const task = table.get(keyOf(connection, digest));
			// To somebody else it may be there: who asks without a right to it gets the same answer.
			if (task === undefined || task.owner !== ownerOf(event)) return;
			sayPolls(task);
			table.remove(task);
			const before = task.status;
			const { retrieved } = task;
			task.status = "expired";
			const own = { task: { id_digest: digest, status: "expired", retrieved } } as const;
			audit.record(changed(task, before, own, event));
		},
		poll(connection, { digest, state }, event, decision, startMs) {
			const task = table.get(keyOf(connection, digest));
			if (task === undefined || task.owner !== ownerOf(event)) return false;
			const isNews = task.status !== state.status || isTerminal(state.status);
			if (isNews) {
				// What was counted comes before what came of it.
				sayPolls(task);
				task.polls.clear();
			}
			if (isNews || closing?.aborted === true) return false;
			const { polls } = task;
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
