import type { Digester } from "@mcp-trail/audit";
import { at, factsOf } from "../describe/methods.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { createdTask, relatedTask } from "../tasks/read-task.ts";
import { boundedTable } from "./bounded-table.ts";
import type { OperationState } from "./operation-state.ts";
import { scopeOf } from "./scope.ts";

/** The calls that made tasks: what is asked of a task belongs to the operation of its call. */
export interface TaskOperations {
	/** The operation of the task that a request is about, or was sent for. */
	of(exchange: Exchange): OperationState | undefined;
	/** Remembers the task that a result put in the place of an answer. */
	made(exchange: Exchange, result: JsonObject, operation: OperationState): void;
}

const MAX_TASKS = 10_000;
const TTL_MS = 24 * 60 * 60 * 1000;

/** A client asks for a task on whatever connection to its server: that is known by configuration or address. */
function whereOf(exchange: Exchange): string {
	const { role, reached } = exchange.connection;
	const id = role === "client" ? reached?.id : undefined;
	return id === undefined ? scopeOf(exchange) : `server ${id}`;
}

/** Makes the memory of tasks' calls of one instrumentation. */
export function taskOperations(digester: Digester, nowMs: () => number = Date.now): TaskOperations {
	const tasks = boundedTable<OperationState>({ maxEntries: MAX_TASKS, ttlMs: TTL_MS, nowMs });
	// As good as a key to the task: never kept.
	const keyOf = (exchange: Exchange, id: string): string =>
		`${whereOf(exchange)}\n${digester.digest("task", id)}`;

	return {
		of(exchange) {
			if (tasks.size() === 0) return undefined;
			const { params, method } = exchange;
			const asked = at(params, factsOf(method).task);
			const id = typeof asked === "string" && asked !== "" ? asked : relatedTask(params);
			return id === undefined ? undefined : tasks.get(keyOf(exchange, id));
		},
		made(exchange, result, operation) {
			const task = createdTask(result);
			if (task !== undefined) tasks.set(keyOf(exchange, task.id), operation);
		},
	};
}
