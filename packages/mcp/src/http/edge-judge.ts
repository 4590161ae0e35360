import type { Audit, Decision, Subject } from "@mcp-trail/audit";
import { cleanText, type Actor, type NewEvent } from "@mcp-trail/event";
import { actorOf, keepsOf } from "../describe/actor.ts";
import { authFacts, credentialDigest } from "../hook/auth-facts.ts";
import { schemeOf } from "../hook/http-facts.ts";
import type { HttpTicket } from "../hook/http-ticket.ts";
import { member } from "../hook/loose.ts";
import { identifierOf } from "../identity/of-audit.ts";
import type { AuthFacts } from "../credentials.ts";
import type { Asked } from "./asked.ts";
import type { Refused } from "./describe-refusal.ts";

/** Says who asked at an edge, and what is kept of it. */
export interface EdgeJudge {
	/** What the host found out of the credentials, where it did. */
	auth(asked: Asked): AuthFacts | undefined;
	actor(
		asked: Asked,
		auth: AuthFacts | undefined,
		read: Refused["read"],
		from: Pick<HttpTicket, "certificate" | "network">,
	): Actor;
	/** What the policy decides; where it throws, less is kept, never nothing. */
	decide(refused: Refused): Decision;
}

/** What an edge judges and records with. */
export interface EdgeParts {
	readonly audit: Audit;
	readonly judge: EdgeJudge;
	readonly record: (event: NewEvent, decision: Decision | undefined) => void;
}

/** When an exchange began, by the clock and by the one for durations. */
export interface Started {
	readonly ms: number;
	readonly us: number;
}

/** How long an exchange has lasted, in microseconds. */
export const lastedUs = (started: Started): number =>
	Math.max(0, Math.round(performance.now() * 1000) - started.us);

/** What an SDK would hand on beside the message, in the forms of both generations. */
const extraOf = (asked: Asked): unknown => ({
	get authInfo() {
		return asked.authInfo();
	},
	request: asked.request,
	requestInfo: { headers: member(asked.request, "headers") },
});

const FAILED: Decision = {
	rule: "policy_failed",
	level: "metadata",
	acting: false,
	intent: false,
};

/** Makes the judge of an edge; `guarded` runs what may throw, and gives nothing where it did. */
export function edgeJudge(
	audit: Audit,
	guarded: <R>(work: () => R) => R | undefined,
	onFault: (fault: unknown) => void,
): EdgeJudge {
	const { policy, digester } = audit;
	const digestToken = (token: string): string => digester.digest("token", token);
	return {
		auth: (asked) => guarded(() => authFacts(asked.authInfo(), digestToken)),
		actor(asked, auth, { client, method }, { certificate, network }) {
			const tokenDigest = guarded(() =>
				auth === undefined
					? credentialDigest(asked.header("authorization"), digestToken)
					: undefined,
			);
			const identity = identifierOf(audit)?.(
				{
					role: "server",
					transport: "streamable_http",
					method,
					clientAddress: network.client_address,
					extra: extraOf(asked),
				},
				auth?.tokenDigest ?? tokenDigest,
			);
			const authScheme = schemeOf((name) => asked.header(name));
			return actorOf(
				{ auth, authScheme, tokenDigest, certificate, identity, client },
				keepsOf(policy, digester),
			);
		},
		decide({ read, actor }) {
			const { principal } = actor;
			const subject: Subject = {
				role: "server",
				direction: "client_to_server",
				method: cleanText(read.method, 128) ?? "",
				acting: read.facts?.acting ?? false,
				target: { kind: read.facts?.kind ?? "server" },
				principal,
			};
			try {
				return policy.decide(subject);
			} catch (fault) {
				// A broken policy keeps less, never nothing.
				onFault(fault);
				return FAILED;
			}
		},
	};
}
