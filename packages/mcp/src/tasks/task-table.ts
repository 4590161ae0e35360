import type { Decision } from "@mcp-trail/audit";
import type { NewEvent, Operation, TaskDetail } from "@mcp-trail/event";
import type { Direction } from "../observer.ts";

/** Polls that came to the same, counted into the first of them. */
interface Polls {
	readonly first: NewEvent;
	readonly decision: Decision;
	readonly startMs: number;
	endMs: number;
	count: number;
}

/** A task as one side of a connection knows it. */
export interface Task {
	readonly key: string;
	readonly digest: string;
	status: TaskDetail["status"];
	ttlMs: number | undefined;
	/** By this clock; absent where the process has not seen it made, or it has no time to live. */
	expiresMs: number | undefined;
	/** Who had it made, or was first seen with it. */
	readonly owner: string;
	/** The server's own name, where it is known. */
	readonly server: string | undefined;
	readonly originId: string | undefined;
	/** That of the request it was made by, and which way that went. */
	readonly operation: Operation | undefined;
	readonly direction: Direction | undefined;
	/** The tool it was made by. */
	readonly name: string | undefined;
	retrieved: boolean;
	/** The last event of its owner that told something of it: what is inferred later is said with its words. */
	from: NewEvent;
	/** Polls that came to what `status` says, by what they have in common: the first was told, those after it are counted. */
	readonly polls: Map<string, Polls | undefined>;
	touchedMs: number;
}

/** Tasks by key, oldest touched first, those that were seen made apart from others; bounded in number and in time. */
export interface TaskTable {
	get(key: string): Task | undefined;
	/** Adds a task, or marks it as the one touched last. */
	touch(task: Task): void;
	remove(task: Task): void;
	all(): Iterable<Task>;
	/** Looks at what is due at this moment, if nothing earlier is. */
	due(atMs: number): void;
	stop(): void;
}

export const MAX_TASKS = 10_000;
/** The table is not looked through more often. */
const SWEEP_MS = 1_000;
/** `setTimeout` takes no more. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Makes a table; `leave` is told of a task that gives way, `sweep` looks at what is due and says when to look again. */
export function taskTable(
	maxTasks: number,
	leave: (task: Task) => void,
	sweep: (nowMs: number) => number | undefined,
): TaskTable {
	// What a peer makes up gives way by itself: it pushes out none that a request made.
	const made = new Map<string, Task>();
	const met = new Map<string, Task>();
	const tableOf = ({ originId }: Task): Map<string, Task> => (originId === undefined ? met : made);
	let timer: NodeJS.Timeout | undefined;
	let timerMs = Infinity;

	function arm(atMs: number): void {
		clearTimeout(timer);
		timerMs = atMs;
		timer = setTimeout(
			() => {
				timer = undefined;
				timerMs = Infinity;
				const nowMs = Date.now();
				const next = sweep(nowMs);
				if (next !== undefined) arm(Math.max(next, nowMs + SWEEP_MS));
			},
			Math.min(MAX_DELAY_MS, Math.max(0, atMs - Date.now())),
		);
		timer.unref();
	}

	return {
		get: (key) => made.get(key) ?? met.get(key),
		touch(task) {
			const tasks = tableOf(task);
			tasks.delete(task.key);
			tasks.set(task.key, task);
			if (tasks.size <= maxTasks) return;
			const [oldest] = tasks.values();
			if (oldest === undefined) return;
			tasks.delete(oldest.key);
			leave(oldest);
		},
		remove: (task) => void tableOf(task).delete(task.key),
		*all() {
			yield* made.values();
			yield* met.values();
		},
		due(atMs) {
			if (atMs < timerMs) arm(atMs);
		},
		stop() {
			clearTimeout(timer);
			timer = undefined;
			timerMs = Infinity;
		},
	};
}
