import type { Outcome } from "@mcp-trail/event";
import { member } from "../hook/loose.ts";

type Verdict = Outcome & { readonly reason?: string };

const rejected = (reason: string, executed: "yes" | "no"): Verdict => ({
	status: "rejected",
	layer: "protocol",
	reason,
	executed,
});

/** Local codes of SDK 2.x, which are words. What concerns an answer came after the server had acted. */
const byCode: ReadonlyMap<unknown, Verdict> = new Map([
	["CAPABILITY_NOT_SUPPORTED", rejected("missing_capability", "no")],
	["METHOD_NOT_SUPPORTED_BY_PROTOCOL_VERSION", rejected("unsupported_version", "no")],
	["INVALID_RESULT", rejected("invalid_result", "yes")],
	["UNSUPPORTED_RESULT_TYPE", rejected("invalid_result", "yes")],
	["INPUT_REQUIRED_ROUNDS_EXCEEDED", rejected("invalid_result", "yes")],
	["LIST_PAGINATION_EXCEEDED", rejected("invalid_result", "yes")],
]);

const NOT_CONNECTED: Verdict = {
	status: "rejected",
	layer: "transport",
	reason: "connection_closed",
	executed: "no",
};

/** True for codes that say of an answer which was accepted on the wire that the caller does not get it. */
export const rejectsAnswer = (error: unknown): boolean =>
	byCode.get(member(error, "code"))?.executed === "yes";

/** Says how a call ended that this side refused itself; `answered`: its server had answered with a result. */
export function localOutcome(
	error: unknown,
	known: {
		readonly answered: boolean;
		readonly connected: boolean;
		readonly strict: boolean;
		readonly aborted: boolean;
	},
): Outcome {
	if (known.answered) return rejected("invalid_result", "yes");
	const named = byCode.get(member(error, "code"));
	if (named) return named;
	if (known.aborted) return { status: "cancelled", reason: "cancelled_by_caller", executed: "no" };
	if (!known.connected) return NOT_CONNECTED;
	// Without a code it is what `enforceStrictCapabilities` says, where that is on.
	return rejected(
		known.strict && typeof member(error, "code") !== "number"
			? "missing_capability"
			: "invalid_params",
		"no",
	);
}
