import { isObject } from "../hook/frame.ts";
import { at } from "../describe/methods.ts";
import type { JsonObject } from "../json-object.ts";

const RELATED = ["_meta", "io.modelcontextprotocol/related-task", "taskId"] as const;

const statuses = ["working", "input_required", "completed", "failed", "cancelled"] as const;

/** What a task can be, by its owner's word. */
export type TaskStatus = (typeof statuses)[number];

/** What a message says of a task, in either form: core 2025-11-25, or the extension. */
export interface TaskSeen {
	/** Bearer-like: never kept, only digested. */
	readonly id: string;
	readonly status: TaskStatus;
	readonly ttlMs?: number;
	/** Milliseconds since the epoch, by the owner's clock. */
	readonly createdAtMs?: number;
	/** The final result came with it. */
	readonly result?: { readonly isError?: boolean };
	/** JSON-RPC code of the error that came with it (extension only). */
	readonly errorCode?: number;
}

const count = (value: unknown): number | undefined =>
	Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;

function timeOf(value: unknown): number | undefined {
	if (typeof value !== "string" || value.length > 64) return undefined;
	const ms = Date.parse(value);
	return Number.isNaN(ms) ? undefined : ms;
}

/** What is kept of a final result. */
export function resultOf(result: JsonObject): NonNullable<TaskSeen["result"]> {
	const { isError } = result;
	return typeof isError === "boolean" ? { isError } : {};
}

/** Reads a task's state; undefined where it is none. */
export function readTask(value: unknown): TaskSeen | undefined {
	if (!isObject(value)) return undefined;
	const { taskId, createdAt, ttl, ttlMs = ttl, result, error } = value;
	const status = statuses.find((one) => one === value["status"]);
	if (typeof taskId !== "string" || taskId === "" || status === undefined) return undefined;
	const lives = count(ttlMs);
	const created = timeOf(createdAt);
	const code = isObject(error) ? error["code"] : undefined;
	return {
		id: taskId,
		status,
		...(lives !== undefined && { ttlMs: lives }),
		...(created !== undefined && { createdAtMs: created }),
		...(status === "completed" && isObject(result) && { result: resultOf(result) }),
		...(Number.isSafeInteger(code) && { errorCode: Number(code) }),
	};
}

/** The task that a result created in place of an answer. */
export function createdTask(result: JsonObject): TaskSeen | undefined {
	if (result["resultType"] === "task") return readTask(result);
	return "content" in result ? undefined : readTask(result["task"]);
}

/** The id of the task that a message says it belongs to (core 2025-11-25). */
export function relatedTask(container: JsonObject | undefined): string | undefined {
	const id = at(container, RELATED);
	return typeof id === "string" && id !== "" ? id : undefined;
}

/** True for a status that no other follows. */
export const isTerminal = (status: string): boolean =>
	status !== "working" && status !== "input_required";
