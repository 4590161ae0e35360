import type { Outcome, Reason } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { Carried } from "../credentials.ts";
import type { Ending, Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { factsOf } from "./methods.ts";

type Verdict = Pick<Outcome, "status"> & {
	readonly layer?: NonNullable<Outcome["layer"]>;
	/** A {@link Reason}, or the word of whoever refused. */
	readonly reason?: string;
	readonly executed?: NonNullable<Outcome["executed"]>;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const DENIAL = "io.modelcontextprotocol/authorization";

/** A callback that was entered may have acted; that it was not is known only of what the hook watched. */
const executedOf = (ending: Ending): NonNullable<Outcome["executed"]> =>
	ending.entered === undefined ? "unknown" : ending.entered ? "yes" : "no";

/** JSON-RPC codes that say a request could not be accepted. */
const refusals: ReadonlyMap<unknown, Verdict> = new Map<unknown, Verdict>([
	[-32700, { status: "rejected", layer: "transport", reason: "malformed_json", executed: "no" }],
	[-32600, { status: "rejected", layer: "transport", reason: "not_json_rpc", executed: "no" }],
	[-32601, { status: "rejected", layer: "protocol", reason: "unknown_method", executed: "no" }],
	[-32602, { status: "rejected", layer: "protocol", reason: "invalid_params" }],
	[-32002, { status: "rejected", layer: "protocol", reason: "unknown_resource" }],
	[-32020, { status: "rejected", layer: "protocol", reason: "header_mismatch", executed: "no" }],
	[-32021, { status: "rejected", layer: "protocol", reason: "missing_capability" }],
	[
		-32022,
		{ status: "rejected", layer: "protocol", reason: "unsupported_version", executed: "no" },
	],
	[-32042, { status: "pending", reason: "input_required" }],
]);

/** Answered, but by neither a result nor an error that can be read. */
const unreadable = { status: "unknown", layer: "protocol", reason: "invalid_result" } as const;

/** What an unknown name is called, where the hook knows that it is not registered. */
function unknownName(exchange: Exchange, known: boolean | undefined): Reason | undefined {
	return known === false ? factsOf(exchange.method).unknown : undefined;
}

function fromError(
	exchange: Exchange,
	ending: Ending,
	error: JsonObject,
	known: boolean | undefined,
): Verdict {
	const executed = executedOf(ending);
	const refusal = refusals.get(error["code"]);
	// Entered first: a handler may throw any code, and then it ran.
	if (ending.entered === true && refusal?.status !== "pending") {
		if (error["code"] === -32021) return { ...refusal, status: "rejected", executed };
		return { status: "failure", layer: "handler", reason: "handler_threw", executed };
	}
	const reason = unknownName(exchange, known);
	if (refusal) {
		const named = reason !== undefined && error["code"] === -32602 ? { reason } : {};
		return { executed, ...refusal, ...(ending.entered === false && { executed: "no" }), ...named };
	}
	if (ending.entered === false)
		return { status: "rejected", layer: "protocol", reason: reason ?? "invalid_params", executed };
	return { status: "failure", layer: "handler", reason: "internal_error", executed };
}

function fromToolError(exchange: Exchange, ending: Ending, known: boolean | undefined): Verdict {
	const executed = executedOf(ending);
	if (ending.entered === false) {
		const reason = unknownName(exchange, known) ?? "invalid_arguments";
		return { status: "rejected", layer: "protocol", reason, executed };
	}
	const reason = ending.threw === true ? "handler_threw" : "tool_error";
	return { status: "failure", layer: "handler", reason, executed };
}

/** The result of a call that was answered but is not finished. */
function pendingReason(result: JsonObject): Reason | undefined {
	if (result["resultType"] === "input_required") return "input_required";
	const legacyTask = result["task"];
	if (result["resultType"] === "task") return "task_created";
	return isObject(legacyTask) && typeof legacyTask["taskId"] === "string" && !("content" in result)
		? "task_created"
		: undefined;
}

/** A structured denial (SEP-2643): the operation was not performed, whatever carries it. */
function fromDenial(
	result: JsonObject,
): (Verdict & { readonly remediation?: NonNullable<Outcome["remediation"]> }) | undefined {
	const meta = result["_meta"];
	const denial = isObject(meta) ? meta[DENIAL] : undefined;
	if (!isObject(denial)) return undefined;
	const told = denial["remediation"];
	const remediation =
		told === "available" || told === "unavailable" ? told : ("undisclosed" as const);
	// Available on a result that is not final: somebody is yet to decide.
	if (remediation === "available" && pendingReason(result) !== undefined)
		return { status: "pending", reason: pendingReason(result) ?? "input_required", remediation };
	return {
		status: "denied",
		layer: "auth",
		reason: "insufficient_authorization",
		executed: "no",
		remediation,
	};
}

function fromResult(
	exchange: Exchange,
	ending: Ending,
	result: JsonObject,
	known: boolean | undefined,
): Verdict {
	const denied = fromDenial(result);
	if (denied) return denied;
	if (result["isError"] === true) return fromToolError(exchange, ending, known);
	const pending = pendingReason(result);
	if (pending) return { status: "pending", reason: pending, executed: executedOf(ending) };
	return { status: "success", executed: "yes" };
}

/** HTTP statuses a client's transport may reject a send with, as either SDK generation carries them. */
function httpStatusOf(error: unknown): number | undefined {
	if (typeof error !== "object" || error === null) return undefined;
	const { status, code, name } = error as { status?: unknown; code?: unknown; name?: unknown };
	const found = [status, code].find(
		(value) => Number.isSafeInteger(value) && Number(value) >= 400 && Number(value) <= 599,
	);
	if (found !== undefined) return Number(found);
	// The 1.x class sets no name of its own.
	const { constructor } = error;
	return [name, constructor?.name].includes("UnauthorizedError") ? 401 : undefined;
}

/** The status of the answer that a send failed with, where the transport's error does not say it. */
const refusedWith = (carried: Carried | undefined): number | undefined =>
	carried?.status !== undefined && carried.status >= 400 && carried.status <= 599
		? carried.status
		: undefined;

/** Why a server refused what was sent, by its status and its challenge. */
export function carriedReason({ status, authScheme, challenge }: Carried): Reason {
	const error = challenge?.error;
	if (error === "invalid_dpop_proof" || error === "use_dpop_nonce") return "binding_failed";
	if (error === "insufficient_scope") return "insufficient_scope";
	if (status !== 401) return "insufficient_authorization";
	return authScheme === "none" ? "missing_token" : "invalid_token";
}

function fromFailedSend(
	exchange: Exchange,
	ending: Ending,
): Verdict & { readonly http_status?: number } {
	const { carried } = ending;
	const status = httpStatusOf(ending.error) ?? refusedWith(carried);
	if (status === undefined)
		return { status: "unknown", layer: "transport", reason: "send_failed", executed: "unknown" };
	const http_status = status;
	// 2026-07-28 has no sessions that could be unknown.
	const isLost = status === 404 && exchange.era === "modern";
	if (status === 401)
		return {
			status: "denied",
			layer: "auth",
			reason: carried ? carriedReason(carried) : "invalid_token",
			executed: "no",
			http_status,
		};
	if (status === 403)
		return {
			status: "denied",
			layer: "auth",
			reason: carried ? carriedReason(carried) : "insufficient_scope",
			executed: "no",
			http_status,
		};
	if (status < 500)
		return {
			status: "rejected",
			layer: "transport",
			reason: (isLost ? undefined : httpReasons[status]) ?? "send_failed",
			executed: "no",
			http_status,
		};
	return {
		status: "unknown",
		layer: "transport",
		reason: "send_failed",
		executed: "unknown",
		http_status,
	};
}

const httpReasons: Readonly<Record<number, Reason>> = {
	404: "session_unknown",
	405: "http_method",
	406: "not_acceptable",
	413: "body_too_large",
	415: "unsupported_media_type",
	429: "rate_limited",
};

/** Endings that are no answer. */
function fromEnding(
	exchange: Exchange,
	ending: Ending,
): Verdict & Pick<Outcome, "http_status" | "rpc_code"> {
	const executed = executedOf(ending);
	switch (ending.how) {
		case "cancelled": {
			return {
				status: "cancelled",
				reason: ending.reason ?? "cancelled_by_caller",
				executed,
			};
		}
		case "timeout":
			return { status: "timeout", reason: "request_timeout", executed };
		case "refused":
			if (ending.reason === "missing_capability")
				return {
					status: "rejected",
					layer: "protocol",
					reason: ending.reason,
					executed: "no",
					rpc_code: -32021,
				};
			return {
				status: "denied",
				layer: ending.reason === "policy_denied" ? "policy" : "recorder",
				reason: ending.reason ?? "not_recorded",
				executed: "no",
			};
		case "send_failed":
			return fromFailedSend(exchange, ending);
		case "superseded":
		case "evicted":
			return { status: "unknown", layer: "protocol", reason: ending.how, executed };
		case "answered":
		case "local":
		case "connection_closed":
			break;
	}
	return { status: "unknown", layer: "transport", reason: "connection_closed", executed };
}

/**
 * Says by docs/outcomes.md how an exchange ended; error text never decides. `known` is false where the name asked for is
 * known not to exist.
 */
export function outcomeOf(
	exchange: Exchange,
	ending: Ending,
	known: boolean | undefined = ending.known,
): Outcome {
	if (ending.how === "local" && ending.verdict) return ending.verdict;
	if (ending.how !== "answered" || ending.response === undefined)
		return fromEnding(exchange, ending);
	const { result, error } = ending.response;
	if (isObject(result)) {
		const outcome: Writable<Outcome> = fromResult(exchange, ending, result, known);
		if (typeof result["isError"] === "boolean") outcome.tool_error = result["isError"];
		if (ending.delivered === false) outcome.delivered = false;
		return outcome;
	}
	const failure = isObject(error) ? error : {};
	const outcome: Writable<Outcome> = isObject(error)
		? fromError(exchange, ending, error, known)
		: { ...unreadable, executed: executedOf(ending) };
	if (Number.isSafeInteger(failure["code"])) outcome.rpc_code = Number(failure["code"]);
	const status = exchange.inbound ? undefined : httpStatusOf(ending.error);
	if (status !== undefined) outcome.http_status = status;
	if (ending.delivered === false) outcome.delivered = false;
	return outcome;
}
