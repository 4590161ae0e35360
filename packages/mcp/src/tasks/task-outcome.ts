import type { Outcome } from "@mcp-trail/event";
import type { TaskSeen, TaskStatus } from "./read-task.ts";

/** What is known of a task's end beside its status. */
type Known = Pick<TaskSeen, "result" | "errorCode">;

function completed(result: Known["result"]): Outcome | undefined {
	// Of a completed task nobody can say more than that, until its result is seen.
	if (result === undefined) return undefined;
	const { isError } = result;
	const told = typeof isError === "boolean" ? { tool_error: isError } : {};
	if (isError === true)
		return {
			status: "failure",
			layer: "handler",
			reason: "tool_error",
			executed: "yes",
			...told,
		};
	return { status: "success", executed: "yes", ...told };
}

/** What a task's status says of the call it stands for; a completed tool error is a failure. */
export function taskOutcome(status: TaskStatus, known: Known): Outcome | undefined {
	switch (status) {
		case "working":
			return { status: "pending", reason: "task_created", executed: "unknown" };
		case "input_required":
			return { status: "pending", reason: "input_required", executed: "unknown" };
		case "completed":
			return completed(known.result);
		case "cancelled":
			return { status: "cancelled", reason: "cancelled_by_caller", executed: "unknown" };
		case "failed":
			break;
	}
	if (known.result?.isError === true) return completed(known.result);
	return {
		status: "failure",
		layer: "handler",
		reason: "internal_error",
		executed: "unknown",
		...(known.errorCode !== undefined && { rpc_code: known.errorCode }),
	};
}
