import type { Decision, Digester, Policy } from "@mcp-trail/audit";
import {
	cleanText,
	cleanUri,
	inMemberOrder,
	severityOf,
	timeText,
	type InputDetail,
	type Mcp,
	type MrtrDetail,
	type NewEvent,
	type Outcome,
	type RequestMessage,
	type Recording,
	type ResponseMessage,
	type SkillDetail,
	type SubscriptionDetail,
	type Target,
	type TaskDetail,
	type Trace,
} from "@mcp-trail/event";
import { authOf, challengedFor } from "../client/carried.ts";
import type { Definition, Listed } from "../audited/definitions.ts";
import { operationBlock, type OperationState } from "../correlation/operation-state.ts";
import { isObject } from "../hook/frame.ts";
import type { Ending, Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { actorOf, keepsOf } from "./actor.ts";
import { inputOf } from "./input.ts";
import { at, factsOf, methodOf, type MethodFacts } from "./methods.ts";
import { outcomeOf } from "./outcome.ts";
import { serverOf } from "./server.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What was taken of an exchange while it passed, because it could not be taken later. */
export interface Taken {
	readonly request?: RequestMessage | undefined;
	readonly response?: ResponseMessage | undefined;
	readonly definition?: Definition | undefined;
	/** What lists say of the name; undefined if they cannot. */
	readonly known?: boolean | undefined;
	readonly listed?: Listed | undefined;
	/** Keyed digest of the session id. */
	readonly session?: string | undefined;
	readonly operation: OperationState;
	/** How its rounds join. */
	readonly mrtr?: MrtrDetail | undefined;
	/** The task that it is about, belongs to, or created. */
	readonly task?: TaskDetail | undefined;
	readonly subscription?: SubscriptionDetail | undefined;
	readonly skill?: SkillDetail | undefined;
}

const WORD = /^[a-z][a-z0-9_]{0,63}$/;

function requestIdOf(id: string | number): string | undefined {
	return typeof id === "number" ? String(id) : cleanText(id, 128);
}

function mcpOf(
	exchange: Exchange,
	taken: Taken,
	result: JsonObject | undefined,
	ending: Ending | undefined,
): Mcp {
	const { connection, era } = exchange;
	const id = requestIdOf(exchange.id);
	// What a handshake agrees on stands in its result.
	const agreed = exchange.method === "initialize" ? result?.["protocolVersion"] : undefined;
	const version = cleanText(exchange.protocolVersion ?? agreed, 32);
	const mcp: Writable<Mcp> = {
		method: methodOf(exchange.method),
		request_id: id ?? "",
		direction: exchange.direction,
		role: connection.role,
		protocol_version: version ?? "",
		era: era ?? "legacy",
		transport: connection.transport,
	};
	// Made whole at once, in the order of the format; what is unknown goes again, which is rare.
	if (id === undefined) delete mcp.request_id;
	if (version === undefined) delete mcp.protocol_version;
	if (era === undefined) delete mcp.era;
	if (ending?.how === "local") mcp.local = true;
	if (taken.session !== undefined) mcp.session_digest = taken.session;
	const extensions = connection.extensions?.(exchange.meta);
	if (extensions) mcp.extensions = extensions;
	const type = result?.["resultType"];
	if (typeof type === "string" && WORD.test(type)) mcp.result_type = type;
	if (ending?.progressCount !== undefined) mcp.progress_count = ending.progressCount;
	if (ending?.logCount !== undefined) mcp.log_count = ending.logCount;
	return mcp;
}

function targetOf(
	exchange: Exchange,
	facts: MethodFacts,
	taken: Taken,
	digester: Digester,
	known: boolean | undefined,
): Target {
	const target: Writable<Target> = { kind: facts.kind };
	const { params, connection } = exchange;
	const name = cleanText(at(params, facts.name), 256);
	if (name !== undefined) target.name = name;
	const uri = at(params, facts.uri);
	if (typeof uri === "string" && uri !== "") {
		const clean = cleanUri(uri, 1024);
		if (clean !== undefined) target.uri = clean;
		target.uri_digest = digester.digest("uri", uri);
	}
	if (known !== undefined) target.known = known;
	const { definition } = taken;
	if (definition) {
		if (definition.digest !== undefined) target.definition_digest = definition.digest;
		target.definition_age_ms = Math.max(0, Math.trunc(exchange.startMs - definition.seenMs));
		if (definition.hints) target.hints = definition.hints;
	}
	const server = serverOf(connection);
	if (server) target.server = server;
	return target;
}

function traceOf({ trace }: Exchange): Trace | undefined {
	if (trace === undefined) return undefined;
	const { traceId, spanId, parentSpanId, flags } = trace;
	return parentSpanId === undefined
		? { id: traceId, span_id: spanId, flags }
		: { id: traceId, span_id: spanId, parent_span_id: parentSpanId, flags };
}

let lastDecision: Decision | undefined;
let lastPolicy: Policy | undefined;
let lastRecording: Recording | undefined;

/** Which policy and rule decided; mostly the same as for the event before. */
export function recordingOf(policy: Policy, decision: Decision): Recording {
	const { rule, level } = decision;
	if (
		lastRecording === undefined ||
		lastPolicy !== policy ||
		lastDecision?.rule !== rule ||
		lastDecision.level !== level
	) {
		lastPolicy = policy;
		lastDecision = decision;
		lastRecording = {
			level,
			policy: policy.digest.slice(7, 19),
			rule: cleanText(rule, 64) ?? "default",
		};
	}
	return lastRecording;
}

/** Adds what an event need not have, in the order of the format. */
function complete(
	event: Writable<NewEvent>,
	exchange: Exchange,
	facts: MethodFacts,
	digester: Digester,
	taken: Taken,
	recording: Recording,
	result: JsonObject | undefined,
): void {
	const trace = traceOf(exchange);
	if (trace) event.trace = trace;
	if (taken.request) event.request = taken.request;
	// An intent comes before there is an answer.
	if (taken.response) event.response = taken.response;
	event.recording = recording;
	if (exchange.network) event.network = exchange.network;
	if (taken.mrtr) event.mrtr = taken.mrtr;
	if (taken.task) event.task = taken.task;
	if (taken.subscription) event.subscription = taken.subscription;
	const input: InputDetail | undefined = inputOf(exchange, facts, result, digester);
	if (input) event.input = input;
	if (taken.listed) {
		const { digest, size } = taken.listed;
		event.definition =
			digest === undefined ? { list_size: size } : { list_digest: digest, list_size: size };
	}
	if (taken.skill) event.skill = taken.skill;
}

/** The event that says a request is about to act. */
export function describeIntent(
	exchange: Exchange,
	policy: Policy,
	decision: Decision,
	digester: Digester,
	taken: Taken,
): NewEvent {
	const facts = factsOf(exchange.method);
	const event: Writable<NewEvent> = {
		time: timeText(exchange.startMs),
		type: "mcp.request",
		phase: "intent",
		severity: "informational",
		actor: actorOf(exchange, keepsOf(policy, digester)),
		target: targetOf(exchange, facts, taken, digester, taken.known),
		mcp: mcpOf(exchange, taken, undefined, undefined),
		operation: operationBlock(taken.operation),
	};
	complete(event, exchange, facts, digester, taken, recordingOf(policy, decision), undefined);
	return facts.input === undefined ? event : inMemberOrder(event);
}

/** The event that says what became of a request. Pure, and total: whatever a peer sent becomes a valid event. */
export function describe(
	exchange: Exchange,
	ending: Ending,
	policy: Policy,
	decision: Decision,
	digester: Digester,
	taken: Taken,
): NewEvent {
	const facts = factsOf(exchange.method);
	const body = ending.response?.["result"];
	const result = isObject(body) ? body : undefined;
	const known = ending.known ?? taken.known;
	const outcome: Outcome = outcomeOf(exchange, ending, known);
	const { carried } = ending;
	const actor = actorOf(exchange, keepsOf(policy, digester));
	const event: Writable<NewEvent> = {
		time: timeText(ending.endMs),
		type: "mcp.request",
		phase: "outcome",
		severity: severityOf("mcp.request", outcome),
		start_time: timeText(exchange.startMs),
		duration_us: Math.max(0, Math.trunc(ending.endUs - exchange.startUs)),
		outcome,
		actor: carried ? { ...actor, auth: authOf(carried) } : actor,
		target: targetOf(exchange, facts, taken, digester, known),
		mcp: mcpOf(exchange, taken, result, ending),
		operation: operationBlock(taken.operation, true),
	};
	const { eventId } = taken.operation;
	complete(event, exchange, facts, digester, taken, recordingOf(policy, decision), result);
	const authorization = carried && challengedFor(carried);
	if (authorization) event.authorization = authorization;
	// A success is built in order; the many ways to fail and to ask a person are not, and are rare.
	const inOrder =
		outcome.status === "success" && facts.input === undefined && eventId === undefined;
	if (eventId !== undefined) event.id = eventId;
	return inOrder ? event : inMemberOrder(event);
}
