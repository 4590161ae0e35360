import { reasons } from "@mcp-trail/event";
import { expect, it } from "vitest";
import type { Ending, Exchange } from "../observer.ts";
import { anExchange } from "../testing/exchange.ts";
import { outcomeOf } from "./outcome.ts";

const at = { endMs: 1, endUs: 1 };
const exchange = (method: string, more: Partial<Exchange> = {}): Exchange =>
	anExchange({ method, params: {}, ...more });
const result = (value: object): Partial<Ending> => ({
	how: "answered",
	response: { result: value },
});
const error = (code: unknown): Partial<Ending> => ({
	how: "answered",
	response: { error: { code, message: "m" } },
});
const denial = (remediation: unknown) => ({
	_meta: { "io.modelcontextprotocol/authorization": { remediation } },
});

/** As 1.x has it: the class sets no name of its own. */
class UnauthorizedError extends Error {}

const say = (outcome: ReturnType<typeof outcomeOf>): string =>
	[outcome.status, outcome.layer, outcome.reason, outcome.executed]
		.map((one) => one ?? "-")
		.join(" ");

it.each<[string, Partial<Ending>, string]>([
	["tools/call", result({}), "success - - yes"],
	["tools/call", result({ isError: false }), "success - - yes"],
	["tools/call", result({ isError: true }), "failure handler tool_error unknown"],
	["tools/call", { ...result({ isError: true }), entered: true }, "failure handler tool_error yes"],
	[
		"tools/call",
		{ ...result({ isError: true }), entered: true, threw: true },
		"failure handler handler_threw yes",
	],
	[
		"tools/call",
		{ ...result({ isError: true }), entered: false },
		"rejected protocol invalid_arguments no",
	],
	[
		"tools/call",
		{ ...result({ isError: true }), entered: false, known: false },
		"rejected protocol unknown_tool no",
	],
	["tools/call", result({ resultType: "input_required" }), "pending - input_required unknown"],
	["tools/call", result({ resultType: "task", taskId: "t" }), "pending - task_created unknown"],
	["tools/call", result({ task: { taskId: "t" } }), "pending - task_created unknown"],
	["tools/call", result({ task: { taskId: "t" }, content: [] }), "success - - yes"],
	[
		"tools/call",
		result({ isError: true, ...denial("unavailable") }),
		"denied auth insufficient_authorization no",
	],
	["tools/call", result({ ...denial("undisclosed") }), "denied auth insufficient_authorization no"],
	[
		"tools/call",
		result({ isError: true, ...denial("available") }),
		"denied auth insufficient_authorization no",
	],
	["tools/call", result({ ...denial({}) }), "denied auth insufficient_authorization no"],
	[
		"tools/call",
		result({ resultType: "input_required", ...denial("available") }),
		"pending - input_required -",
	],
	["tools/call", error(-32601), "rejected protocol unknown_method no"],
	["tools/call", error(-32602), "rejected protocol invalid_params unknown"],
	["tools/call", { ...error(-32602), entered: false }, "rejected protocol invalid_params no"],
	[
		"tools/call",
		{ ...error(-32602), entered: false, known: false },
		"rejected protocol unknown_tool no",
	],
	["prompts/get", { ...error(-32602), known: false }, "rejected protocol unknown_prompt unknown"],
	["prompts/get", { ...error(-32602), entered: true }, "failure handler handler_threw yes"],
	["resources/read", error(-32002), "rejected protocol unknown_resource unknown"],
	["tools/call", error(-32020), "rejected protocol header_mismatch no"],
	["tools/call", error(-32021), "rejected protocol missing_capability unknown"],
	["tools/call", { ...error(-32021), entered: true }, "rejected protocol missing_capability yes"],
	["tools/call", error(-32022), "rejected protocol unsupported_version no"],
	["tools/call", error(-32600), "rejected transport not_json_rpc no"],
	["tools/call", error(-32700), "rejected transport malformed_json no"],
	["tools/call", error(-32042), "pending - input_required unknown"],
	["tools/call", { ...error(-32042), entered: true }, "pending - input_required yes"],
	["tools/call", error(-32603), "failure handler internal_error unknown"],
	["tools/call", { ...error(-32603), entered: true }, "failure handler handler_threw yes"],
	["tools/call", { ...error(-32603), entered: false }, "rejected protocol invalid_params no"],
	["x/y", error(7), "failure handler internal_error unknown"],
	["x/y", error("7"), "failure handler internal_error unknown"],
	["x/y", { how: "answered", response: {} }, "unknown protocol invalid_result unknown"],
	["x/y", { how: "cancelled" }, "cancelled - cancelled_by_caller unknown"],
	["x/y", { how: "cancelled", entered: true }, "cancelled - cancelled_by_caller yes"],
	["x/y", { how: "cancelled", reason: "stream_closed" }, "cancelled - stream_closed unknown"],
	["x/y", { how: "cancelled", entered: false }, "cancelled - cancelled_by_caller no"],
	["x/y", { how: "timeout" }, "timeout - request_timeout unknown"],
	["x/y", { how: "connection_closed", entered: true }, "unknown transport connection_closed yes"],
	["x/y", { how: "superseded" }, "unknown protocol superseded unknown"],
	["x/y", { how: "evicted" }, "unknown protocol evicted unknown"],
	["x/y", { how: "refused" }, "denied recorder not_recorded no"],
	["x/y", { how: "refused", reason: "policy_denied" }, "denied policy policy_denied no"],
	["x/y", { how: "send_failed", error: new Error("x") }, "unknown transport send_failed unknown"],
	["x/y", { how: "send_failed", error: { code: 401 } }, "denied auth invalid_token no"],
	["x/y", { how: "send_failed", error: { status: 403 } }, "denied auth insufficient_scope no"],
	[
		"x/y",
		{ how: "send_failed", error: { name: "UnauthorizedError" } },
		"denied auth invalid_token no",
	],
	["x/y", { how: "send_failed", error: new UnauthorizedError() }, "denied auth invalid_token no"],
	["x/y", { how: "send_failed", error: { code: 404 } }, "rejected transport session_unknown no"],
	[
		"x/y",
		{ how: "send_failed", error: { code: 415 } },
		"rejected transport unsupported_media_type no",
	],
	["x/y", { how: "send_failed", error: { status: 503 } }, "unknown transport send_failed unknown"],
	["x/y", { how: "send_failed", error: { code: -32000 } }, "unknown transport send_failed unknown"],
])("%s %j is %s", (method, ending, expected) => {
	const outcome = outcomeOf(exchange(method), { how: "answered", ...at, ...ending });
	expect(say(outcome)).toBe(expected);
	const words: readonly string[] = Object.values(reasons).flat();
	expect([...words, "success"]).toContain(outcome.reason ?? outcome.status);
});

it("[wire.outcome_undelivered] says of an answer that could not be sent that it was not delivered", () => {
	const ending: Ending = { how: "answered", ...at, response: { result: {} }, delivered: false };
	expect(outcomeOf(exchange("x"), ending)).toEqual({
		status: "success",
		executed: "yes",
		delivered: false,
	});
});
