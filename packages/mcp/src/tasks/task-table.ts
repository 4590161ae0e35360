import type { Decision } from "@mcp-trail/audit";
import type { NewEvent, TaskDetail } from "@mcp-trail/event";

/** Polls that came to the same, counted into the first of them. */
interface Polls {
	readonly first: NewEvent;
	readonly decision: Decision;
	readonly startMs: number;
	lastMs: number;
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
	readonly originId: string | undefined;
	/** The tool it was made by. */
	readonly name: string | undefined;
	retrieved: boolean;
	/** The last event that told something of it: what is inferred later is said with its words. */
	from: NewEvent;
	/** A poll that came to what `status` says has been told. */
	isPolled: boolean;
	polls: Polls | undefined;
	touchedMs: number;
}

/** Tasks by key, oldest touched first; bounded in number and in time. */
export interface TaskTable {
	get(key: string): Task | undefined;
	/** Adds a task, or marks it as the one touched last. */
	touch(task: Task): void;
	remove(task: Task): void;
	all(): IterableIterator<Task>;
	/** Looks at what is due at this moment, if nothing earlier is. */
	due(atMs: number): void;
	stop(): void;
}

export const MAX_TASKS = 10_000;
/** `setTimeout` takes no more. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Makes a table; `leave` is told of a task that gives way, `sweep` looks at what is due and says when to look again. */
export function taskTable(
	maxTasks: number,
	leave: (task: Task) => void,
	sweep: (nowMs: number) => number | undefined,
): TaskTable {
	const tasks = new Map<string, Task>();
	let timer: NodeJS.Timeout | undefined;
	let timerMs = Infinity;

	function arm(atMs: number): void {
		clearTimeout(timer);
		timerMs = atMs;
		timer = setTimeout(
			() => {
				timer = undefined;
				timerMs = Infinity;
				const next = sweep(Date.now());
				if (next !== undefined) arm(next);
			},
			Math.min(MAX_DELAY_MS, Math.max(0, atMs - Date.now())),
		);
		timer.unref();
	}

	return {
		get: (key) => tasks.get(key),
		touch(task) {
			tasks.delete(task.key);
			tasks.set(task.key, task);
			if (tasks.size <= maxTasks) return;
			const [oldest] = tasks.values();
			if (oldest === undefined) return;
			tasks.delete(oldest.key);
			leave(oldest);
		},
		remove: (task) => void tasks.delete(task.key),
		all: () => tasks.values(),
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
