import type { Outcome, Reason } from "@mcp-trail/event";
import { LEGACY_REVISIONS } from "../describe/revisions.ts";
import type { Challenge } from "./challenge.ts";

/** How an HTTP exchange ended that no transport saw. */
export interface Answer {
	/** 400..599, or {@link DROPPED}; absent where the handler threw and no answer is known. */
	readonly status: number | undefined;
	readonly challenge: Challenge | undefined;
	/** `error.code` of the JSON-RPC error in the body. */
	readonly code: number | undefined;
	/** False: the peer was gone before the answer was sent. */
	readonly delivered?: boolean;
}

/** What of the request decides between reasons that share a status. */
export interface Told {
	readonly hasCredentials: boolean;
	readonly hasSession: boolean;
	/** By the body where it was read, else by its header. */
	readonly method: string | undefined;
	readonly version: string | undefined;
}

/** How an entry answers what it takes no notice of. */
export const DROPPED = 202;

type Verdict = Pick<Outcome, "status" | "layer" | "executed"> & { readonly reason: Reason };

const rejected = (
	layer: "transport" | "protocol",
	reason: Reason,
	executed: "no" | "unknown" = "no",
): Verdict => ({ status: "rejected", layer, reason, executed });

const denied = (layer: "auth" | "policy" | "transport", reason: Reason): Verdict => ({
	status: "denied",
	layer,
	reason,
	executed: "no",
});

const byCode: ReadonlyMap<number | undefined, Verdict> = new Map([
	[-32700, rejected("transport", "malformed_json")],
	[-32600, rejected("transport", "not_json_rpc")],
	[-32601, rejected("protocol", "unknown_method")],
	[-32602, rejected("protocol", "invalid_params")],
	[-32020, rejected("protocol", "header_mismatch")],
	// May be said of a result, after the handler ran.
	[-32021, rejected("protocol", "missing_capability", "unknown")],
	[-32022, rejected("protocol", "unsupported_version")],
]);

const byStatus: ReadonlyMap<number | undefined, Verdict> = new Map([
	[405, rejected("transport", "http_method")],
	[406, rejected("transport", "not_acceptable")],
	[413, rejected("transport", "body_too_large")],
	[415, rejected("transport", "unsupported_media_type")],
	[429, denied("policy", "rate_limited")],
]);

/** OAuth error codes (RFC 6750, 9449, 9470) that say more than the status does. */
const byChallenge: ReadonlyMap<string | undefined, Reason> = new Map([
	["insufficient_scope", "insufficient_scope"],
	["insufficient_user_authentication", "insufficient_authorization"],
	["invalid_dpop_proof", "binding_failed"],
]);

const SDK_REFUSAL = -32000;

function unauthorized({ challenge }: Answer, { hasCredentials }: Told): Verdict {
	const named = byChallenge.get(challenge?.parameters.get("error"));
	return denied("auth", named ?? (hasCredentials ? "invalid_token" : "missing_token"));
}

function forbidden({ challenge, code }: Answer): Verdict {
	const named = byChallenge.get(challenge?.parameters.get("error"));
	// The SDKs answer so where Origin or Host is not on the host's list, and nowhere else.
	if (named === undefined && code === SDK_REFUSAL) return denied("transport", "bad_origin");
	return denied("auth", named ?? "insufficient_authorization");
}

/** A 400 of a transport with sessions: its number is the same for all, so what the request lacks decides. */
function sessionOrVersion({ hasSession, version }: Told): Verdict {
	if (version !== undefined && !LEGACY_REVISIONS.has(version))
		return rejected("protocol", "unsupported_version");
	return rejected("transport", hasSession ? "session_unknown" : "session_missing");
}

function verdictOf(answer: Answer, told: Told): Verdict {
	const { status, code, challenge } = answer;
	if (status === undefined || status >= 500)
		return {
			status: "failure",
			layer: "transport",
			reason: "internal_error",
			executed: "unknown",
		};
	// An entry drops the notifications of the eras that it does not serve, and nothing else.
	if (status === DROPPED) return rejected("protocol", "unsupported_version");
	if (status === 401) return unauthorized(answer, told);
	if (status === 403) return forbidden(answer);
	const known = byStatus.get(status) ?? byCode.get(code);
	// A stream has no handler that could have run.
	if (known?.executed === "unknown" && told.method === "subscriptions/listen")
		return { ...known, executed: "no" };
	if (known) return known;
	if (status === 400 && code === SDK_REFUSAL) return sessionOrVersion(told);
	if (status === 400 && challenge !== undefined) return denied("auth", "invalid_token");
	// -32001 is the session that is not found, where a session was named.
	if (status === 404 && told.hasSession) return rejected("transport", "session_unknown");
	return rejected("transport", "http_refused", "unknown");
}

/** Reasons that say that no request could be read. */
const UNREAD: ReadonlySet<string> = new Set<Reason>([
	"malformed_json",
	"not_json_rpc",
	"http_method",
	"body_too_large",
	"unsupported_media_type",
	"not_acceptable",
]);

/** Says what a refused HTTP exchange comes to (docs/http-edge.md); error text never decides. */
export function refusalOf(
	answer: Answer,
	told: Told,
): { readonly outcome: Outcome; readonly isRead: boolean } {
	const { status, challenge, code, delivered } = answer;
	const verdict = verdictOf(answer, told);
	const asks = status === 401 || status === 403;
	const outcome: Outcome = {
		...verdict,
		...(code !== undefined && { rpc_code: code }),
		// Node sends what is none of HTTP's (RFC 9110 §15), too.
		...(status !== undefined && status <= 599 && { http_status: status }),
		...(delivered === false && { delivered }),
		...(asks && { remediation: challenge === undefined ? "undisclosed" : "available" }),
	};
	return { outcome, isRead: status !== DROPPED && !UNREAD.has(verdict.reason) };
}
