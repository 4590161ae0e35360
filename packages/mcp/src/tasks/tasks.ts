import type { Audit, Decision } from "@mcp-trail/audit";
import { timeText, type NewEvent, type Operation, type TaskDetail } from "@mcp-trail/event";
import { floods } from "../audited/floods.ts";
import type { Connection } from "../peer-connection.ts";
import type { Direction } from "../observer.ts";
import { makeTask, nameOf, type Shown } from "./make-task.ts";
import { isTerminal } from "./read-task.ts";
import { changed, type Own } from "./task-changed.ts";
import { isKeepers, ownerOf } from "./task-callers.ts";
import { taskOutcome } from "./task-outcome.ts";
import { taskPolls } from "./task-polls.ts";
import { MAX_TASKS, taskTable, type Task } from "./task-table.ts";

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
/** Changes that a peer tells of its own accord: the first of a kind is written at once, those alike share an event. */
const NOTICES_MS = 10_000;
const MAX_NOTICES = 256;

/** Makes the tasks of one audit. */
function tasks(audit: Audit, maxTasks = MAX_TASKS): Tasks {
	const { digester } = audit;
	const { closing } = audit;
	const table = taskTable(maxTasks, (task) => polls.say(task), sweep);
	const polls = taskPolls(audit, (atMs) => table.due(atMs));
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

	/** Before the audit stops to accept, what is being counted is said. */
	function onClosing(): void {
		for (const task of table.all()) polls.say(task);
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
		polls.say(task);
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
			const pollsMs = polls.sayDue(task, nowMs);
			const lasts = touchedMs + (expiresMs === undefined ? FORGET_MS : MAX_LIFE_MS);
			if (lasts <= nowMs) {
				polls.say(task);
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
		const task = makeTask(keyOf(connection, shown.digest), nameOf(connection), shown, event);
		task.retrieved = isRetrieved;
		touch(task);
		// Of one that was not seen made, work in progress is no news.
		if (isCreated || isRetrieved || state.status !== "working")
			change(task, undefined, shown, event);
	}

	/** Its request's answer comes after something else told of the task, or a new task has the id of one before. */
	function create(connection: Connection, known: Task, shown: Shown, event: NewEvent): void {
		polls.say(known);
		table.remove(known);
		if (known.originId !== undefined) return meet(connection, shown, event);
		const task = makeTask(known.key, known.server ?? nameOf(connection), shown, event);
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
			polls.say(known);
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
			polls.say(task);
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
				polls.say(task);
				task.polls.clear();
			}
			if (isNews || closing?.aborted === true) return false;
			if (!polls.take(task, event, decision, startMs)) return false;
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
