import { expect, it } from "vitest";
import { tokenChallenge } from "./challenge.ts";
import { refusalOf } from "./refusal.ts";

const told = { hasCredentials: false, hasSession: false, method: undefined, version: undefined };

it("[complete.http_edge] a listen request that lacks a capability ran nothing, unlike a call", () => {
	const answer = { status: 400, code: -32021, challenge: undefined };
	for (const [method, executed] of [
		["subscriptions/listen", "no"],
		["tools/call", "unknown"],
		[undefined, "unknown"],
	] as const)
		expect(refusalOf(answer, { ...told, method }).outcome).toEqual({
			status: "rejected",
			layer: "protocol",
			reason: "missing_capability",
			executed,
			rpc_code: -32021,
			http_status: 400,
		});
});

it.each<[number | undefined, number | undefined, string | undefined, string]>([
	// As the SDKs answer an Origin or Host that is not on the list; nobody else refuses so.
	[403, -32000, undefined, "denied transport bad_origin no"],
	[403, -32000, 'Bearer error="insufficient_scope"', "denied auth insufficient_scope no"],
	[403, -32001, undefined, "denied auth insufficient_authorization no"],
	[403, undefined, undefined, "denied auth insufficient_authorization no"],
	[401, undefined, 'DPoP error="invalid_dpop_proof"', "denied auth binding_failed no"],
	[429, undefined, undefined, "denied policy rate_limited no"],
	[429, -32000, undefined, "denied policy rate_limited no"],
	[500, undefined, undefined, "failure transport internal_error unknown"],
	[502, -32603, undefined, "failure transport internal_error unknown"],
	[503, -32700, undefined, "failure transport internal_error unknown"],
	[599, undefined, "Bearer", "failure transport internal_error unknown"],
	[undefined, undefined, undefined, "failure transport internal_error unknown"],
	[418, undefined, undefined, "rejected transport http_refused unknown"],
])("[complete.http_edge] %s with %s and %s is %s", (status, code, challenge, expected) => {
	const { outcome } = refusalOf({ status, code, challenge: tokenChallenge(challenge) }, told);
	const { status: word, layer, reason, executed, http_status } = outcome;
	expect([word, layer, reason, executed].join(" ")).toBe(expected);
	expect(http_status).toBe(status);
});
