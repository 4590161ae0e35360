import type { NewEvent, TaskDetail } from "@mcp-trail/event";
import { derived } from "../audited/derived.ts";
import { isOwn } from "./task-callers.ts";
import type { Task } from "./task-table.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What one change says beyond the task itself. */
export type Own = Parameters<typeof derived>[2];

/** Makes the event of a task that changed, by the event that showed it. */
export function changed(
	task: Task,
	before: string | undefined,
	own: Own,
	from: NewEvent,
): NewEvent {
	const { name, operation } = task;
	const detail: Writable<TaskDetail> = { id_digest: task.digest, status: task.status };
	if (before !== undefined) detail.previous_status = before;
	if (task.ttlMs !== undefined) detail.ttl_ms = task.ttlMs;
	if (task.originId !== undefined) detail.origin_event_id = task.originId;
	const server = from.target?.server;
	return derived("mcp.task.changed", from, {
		target: { kind: "task", ...(name !== undefined && { name }), ...(server && { server }) },
		...(operation && isOwn(task, from) && { operation }),
		...own,
		task: { ...detail, ...own.task },
	});
}
