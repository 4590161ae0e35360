import type { Audit } from "@mcp-trail/audit";
import type { InputDetail, NewEvent } from "@mcp-trail/event";
import { derived } from "../audited/derived.ts";
import type { Following } from "../audited/follower.ts";
import { actionOf, inputAsked } from "../describe/input.ts";
import { factsOf, methodOf } from "../describe/methods.ts";
import { isObject } from "../hook/frame.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { isTold, noteRound } from "./local-inputs.ts";

/** Of one result or one retry so many inputs are told, each by its own event. */
const MAX_INPUTS = 16;

interface Input {
	readonly method: string;
	readonly detail: InputDetail;
}

/** What a result asks for before it can be final; anything but the three kinds is nobody's to answer. */
function requestedIn(result: unknown, audit: Audit): readonly Input[] {
	const requests = isObject(result) ? result["inputRequests"] : undefined;
	if (!isObject(requests)) return [];
	const asked: Input[] = [];
	for (const request of Object.values(requests)) {
		if (asked.length === MAX_INPUTS) break;
		const method = isObject(request) ? request["method"] : undefined;
		const kind = typeof method === "string" ? factsOf(method).input : undefined;
		if (!isObject(request) || typeof method !== "string" || kind === undefined) continue;
		const params = isObject(request["params"]) ? request["params"] : undefined;
		asked.push({ method, detail: inputAsked(kind, params, audit.digester) });
	}
	return asked;
}

const methods = {
	elicitation: "elicitation/create",
	sampling: "sampling/createMessage",
	roots: "roots/list",
} as const;

/** An answer does not say what it answers: the three kinds differ in the one member that each must have. */
function answerOf(answer: unknown): Input | undefined {
	if (!isObject(answer)) return undefined;
	const kind =
		"action" in answer ? "elicitation" : Array.isArray(answer["roots"]) ? "roots" : "sampling";
	const action = kind === "elicitation" ? actionOf(answer) : undefined;
	return { method: methods[kind], detail: { kind, ...(action && { action }) } };
}

/** What a retry (or a task's update) answers; `isToldOf` says of a key that its answer has been told already. */
function answeredIn(
	params: JsonObject | undefined,
	isToldOf: (key: string) => boolean,
): readonly Input[] {
	const responses = params?.["inputResponses"];
	if (!isObject(responses)) return [];
	const answers: Input[] = [];
	for (const [key, value] of Object.entries(responses)) {
		if (answers.length === MAX_INPUTS) break;
		const answer = isToldOf(key) ? undefined : answerOf(value);
		if (answer) answers.push(answer);
	}
	return answers;
}

const opposite = {
	client_to_server: "server_to_client",
	server_to_client: "client_to_server",
} as const;

/** Follows what one request is asked in its result, and what it answers in its retry. */
export function followInputs(audit: Audit, exchange: Exchange): Following {
	// Taken on arrival: handlers change their arguments.
	const answers = answeredIn(exchange.params, (key) => isTold(audit, exchange, key));
	let requested: readonly Input[] = [];

	function tell(
		type: "mcp.input.requested" | "mcp.input.answered",
		{ method, detail }: Input,
		event: NewEvent,
		time: string | undefined,
	): void {
		const { mcp, target } = event;
		// It is asked in the answer, and answered in the retry.
		const isAsked = type === "mcp.input.requested";
		const direction = isAsked ? opposite[exchange.direction] : exchange.direction;
		const told = derived(
			type,
			{ ...event, ...(mcp && { mcp: { ...mcp, method: methodOf(method), direction } }) },
			{ ...(time !== undefined && { time }), ...(target && { target }), input: detail },
		);
		audit.record(told);
	}

	return {
		answered({ result }) {
			requested = requestedIn(result, audit);
			if (requested.length > 0 && isObject(result)) noteRound(audit, exchange, result);
		},
		ended(event) {
			for (const answer of answers) tell("mcp.input.answered", answer, event, event.start_time);
			for (const request of requested) tell("mcp.input.requested", request, event, event.time);
		},
	};
}
