import type { Cell, Frame } from "./cells.ts";

/** What a handler answers, by the tool's name, and what both sides say came of it. */
export interface Answering {
	readonly name: string;
	readonly says: string;
	/** Absent: the handler throws. */
	readonly result?: Frame;
	readonly outcome: Frame;
	/** More of what is asked. */
	readonly asked?: Frame;
	readonly only?: (cell: Cell) => boolean;
}

const denial = (remediation: string): Frame => ({
	_meta: {
		"io.modelcontextprotocol/authorization": { reason: "insufficient_authorization", remediation },
	},
});
const denied = (remediation: string): Frame => ({
	status: "denied",
	layer: "auth",
	reason: "insufficient_authorization",
	executed: "no",
	remediation,
});
const content: readonly unknown[] = [];
const modern = ({ sdk }: Cell): boolean => sdk === "v2-modern";
const v1 = ({ sdk }: Cell): boolean => sdk === "v1";
const elicit = {
	method: "elicitation/create",
	params: { message: "?", requestedSchema: { type: "object", properties: {} } },
};
const asking = { resultType: "input_required", inputRequests: { a: elicit } };
const task = {
	taskId: "t-1",
	status: "working",
	ttl: null,
	createdAt: "2026-01-01T00:00:00Z",
	lastUpdatedAt: "2026-01-01T00:00:00Z",
};

/** Outcomes by what was observed: the protocol's results, and structured denials (SEP-2643). */
export const answerings: readonly Answering[] = [
	{
		name: "complete",
		says: "A result that is no error is a success.",
		result: { content },
		outcome: { status: "success", executed: "yes" },
	},
	{
		name: "reads_like_denied",
		says: "A text that says no is a success: text never decides.",
		result: { content: [{ type: "text", text: "denied: MCP error -32602" }] },
		outcome: { status: "success", executed: "yes" },
	},
	{
		name: "is_error",
		says: "A result that is an error is a failure of the tool.",
		result: { content, isError: true },
		outcome: { status: "failure", layer: "handler", reason: "tool_error", tool_error: true },
	},
	{
		name: "threw",
		says: "A handler that throws is a failure.",
		outcome: { status: "failure", layer: "handler", rpc_code: -32603 },
	},
	{
		name: "denied_final",
		says: "A structured denial on an error is a denial.",
		result: { content, isError: true, ...denial("unavailable") },
		outcome: denied("unavailable"),
	},
	{
		name: "denied_inside_success",
		says: "A structured denial inside a success is a denial, and was not executed.",
		result: { content, ...denial("undisclosed") },
		outcome: denied("undisclosed"),
	},
	{
		name: "denied_remediable",
		says: "A denial that can be remedied is a denial, and says so.",
		result: { content, isError: true, ...denial("available") },
		outcome: denied("available"),
	},
	{
		name: "deferred",
		says: "A denial that somebody may yet lift is pending.",
		result: { ...asking, ...denial("available") },
		outcome: { status: "pending", reason: "input_required", remediation: "available" },
		only: modern,
	},
	{
		name: "input_required",
		says: "A result that asks for input is pending.",
		result: asking,
		outcome: { status: "pending", reason: "input_required" },
		only: modern,
	},
	{
		name: "task_created",
		says: "A task that was created is pending.",
		result: { task },
		asked: { task: { ttl: 1000 } },
		outcome: { status: "pending", reason: "task_created" },
		only: v1,
	},
	{
		name: "task_of_the_extension",
		says: "A result that is a task of the extension is pending.",
		result: { resultType: "task", ...task },
		outcome: { status: "pending", reason: "task_created" },
		only: modern,
	},
];

export const idOf = ({ name }: Answering): string => `wire.outcome_${name}`;
