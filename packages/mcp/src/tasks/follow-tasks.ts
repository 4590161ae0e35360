import type { Audit } from "@mcp-trail/audit";
import type { NewEvent, TaskDetail } from "@mcp-trail/event";
import type { Following } from "../audited/follower.ts";
import { actorOf, keepsOf } from "../describe/actor.ts";
import { at, type MethodFacts } from "../describe/methods.ts";
import { isObject } from "../hook/frame.ts";
import type { Exchange, Seen } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { createdTask, readTask, relatedTask, resultOf, type TaskSeen } from "./read-task.ts";
import type { Shown } from "./make-task.ts";
import { tasksOf, type Tasks } from "./tasks.ts";

/** Of a list of tasks so many are looked at. */
const MAX_LISTED = 256;
/** There is no such task, or not for whoever asks (invalid params). */
const UNKNOWN_TASK = -32602;

/** The answer to `tasks/result`: the result itself, or the error that its call ended with. */
function retrieved(id: string, response: JsonObject, status: string | undefined): TaskSeen {
	const { result, error } = response;
	if (!isObject(result)) {
		const code = isObject(error) ? error["code"] : undefined;
		return {
			id,
			status: "failed",
			...(Number.isSafeInteger(code) && { errorCode: Number(code) }),
		};
	}
	return { id, status: status === "failed" ? "failed" : "completed", result: resultOf(result) };
}

function codeIn(response: JsonObject | undefined): unknown {
	const error = response?.["error"];
	return isObject(error) ? error["code"] : undefined;
}

/** Follows the tasks that one request is about, belongs to, or creates. */
export function followTasks(audit: Audit, exchange: Exchange, facts: MethodFacts): Following {
	const tasks = tasksOf(audit);
	const { connection, method, params } = exchange;
	const asked = at(params, facts.task);
	const id = typeof asked === "string" && asked !== "" ? asked : undefined;
	const named = id ?? relatedTask(params);
	const digest = named === undefined ? undefined : tasks.digest(named);
	let shown: readonly Shown[] = [];

	function read(response: JsonObject): readonly Shown[] {
		const { result } = response;
		if (method === "tasks/list") return listed(tasks, result);
		if (id === undefined || digest === undefined) {
			const made = isObject(result) ? createdTask(result) : undefined;
			return made ? [{ digest: tasks.digest(made.id), state: made, isCreated: true }] : [];
		}
		if (method === "tasks/result") {
			const status = tasks.known(connection, digest)?.status;
			// An error is the task's own only where its owner has it; else the request itself was refused.
			if (!isObject(result) && !isOwn(response, digest, status)) return [];
			return [{ digest, state: retrieved(id, response, status), isRetrieved: true }];
		}
		const state = readTask(result);
		// What is told of another task than was asked for is not told of this one.
		if (state === undefined || state.id !== id) return [];
		const isRetrieved = state.result !== undefined || state.errorCode !== undefined;
		return [{ digest, state, ...(isRetrieved && { isRetrieved }) }];
	}

	function isOwn(response: JsonObject, task: string, status: string | undefined): boolean {
		if (!isOpen(status) && status !== "failed") return false;
		if (codeIn(response) === UNKNOWN_TASK) return false;
		const actor = actorOf(exchange, keepsOf(audit.policy, audit.digester));
		return tasks.isOwner(connection, task, { actor });
	}

	return {
		answered(response) {
			shown = read(response);
		},
		adds() {
			const [first] = method === "tasks/list" ? [] : shown;
			if (first === undefined)
				return digest === undefined ? undefined : { task: tasks.known(connection, digest) };
			const { status, ttlMs } = first.state;
			const known = tasks.known(connection, first.digest);
			const task: TaskDetail = {
				...known,
				id_digest: first.digest,
				status,
				...(ttlMs !== undefined && { ttl_ms: ttlMs }),
			};
			return { task };
		},
		counts(event, _ending, decision) {
			const [first] = shown;
			if (method !== "tasks/get" || first === undefined || first.isRetrieved === true) return false;
			// An intent is closed by the outcome of its own request only; a receipt names one event.
			if (event.operation?.intent_id !== undefined || event.id !== undefined) return false;
			return tasks.poll(connection, first, event, decision, exchange.startMs);
		},
		ended(event, ending) {
			for (const one of shown)
				// Of a list only what is known by now: the rest is somebody else's, or over.
				if (method !== "tasks/list" || tasks.known(connection, one.digest))
					tasks.show(connection, one, event);
			const isGone =
				codeIn(ending.response) === UNKNOWN_TASK && id !== undefined && shown.length === 0;
			if (isGone && digest !== undefined && (method === "tasks/get" || method === "tasks/result"))
				tasks.gone(connection, digest, event);
		},
	};
}

const isOpen = (status: string | undefined): boolean =>
	status === "working" || status === "input_required";

function listed(tasks: Tasks, result: unknown): readonly Shown[] {
	const items = isObject(result) ? result["tasks"] : undefined;
	if (!Array.isArray(items)) return [];
	return items.slice(0, MAX_LISTED).flatMap((item: unknown) => {
		const state = readTask(item);
		return state ? [{ digest: tasks.digest(state.id), state }] : [];
	});
}

/** Takes what a notification says of a task; `event` is how the notification itself is told. */
export function noteTask(audit: Audit, seen: Seen, event: () => NewEvent): void {
	const state = readTask(seen.params);
	if (state === undefined) return;
	const tasks = tasksOf(audit);
	tasks.show(seen.connection, { digest: tasks.digest(state.id), state }, event());
}
