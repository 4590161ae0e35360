import { randomUUID } from "node:crypto";
import type { Decision } from "@mcp-trail/audit";
import { cleanText, type NewEvent } from "@mcp-trail/event";
import { floods } from "../audited/floods.ts";
import { claimAtEdge } from "../extension/of-audit.ts";
import type { HttpTicket } from "../hook/http-ticket.ts";
import type { Asked } from "./asked.ts";
import { attempts } from "./attempts.ts";
import { tokenChallenge } from "./challenge.ts";
import {
	authorizationOf,
	describeCoarsely,
	describeRefusal,
	isRequestMethod,
	readOf,
	type Refused,
} from "./describe-refusal.ts";
import { lastedUs, type EdgeParts, type Started } from "./edge-judge.ts";
import { refusalOf } from "./refusal.ts";

/** How an answer looks to an edge. */
export interface Answered {
	/** Absent where the handler threw. */
	readonly status: number | undefined;
	/** The `WWW-Authenticate` header. */
	readonly challenge: string | undefined;
	/** Code of the JSON-RPC error in the body. */
	readonly code: number | undefined;
	readonly delivered?: boolean;
}

/** The refused requests of an edge, those alike counted together. */
export interface EdgeRefusals {
	take(asked: Asked, ticket: HttpTicket, answer: Answered, started: Started): void;
	/** Writes what was counted so far. */
	flush(): void;
}

/** Makes the events of requests that were refused before a transport saw them. */
export function edgeRefusals(
	{ audit, judge, record }: EdgeParts,
	{ windowMs, maxKinds }: { readonly windowMs: number; readonly maxKinds: number },
): EdgeRefusals {
	const { policy, digester } = audit;
	const attemptOf = attempts();
	const table = floods({ windowMs, maxKinds, closing: audit.closing, write: record });

	return {
		take(asked, ticket, answer, started) {
			const read = readOf(asked);
			const authorization = asked.header("authorization");
			const challenge = tokenChallenge(answer.challenge);
			const { outcome, isRead } = refusalOf(
				{ ...answer, challenge },
				{
					hasCredentials: authorization !== undefined,
					hasSession: asked.header("mcp-session-id") !== undefined,
					method: read.method,
					version: read.version,
				},
			);
			const auth = judge.auth(asked);
			const actor = judge.actor(asked, auth, read, ticket);
			const { principal } = actor;
			const who = [
				principal.issuer,
				principal.id ?? actor.auth?.client_id,
				ticket.network.client_address,
			].join("\n");
			const method = cleanText(read.method, 128);
			const name = cleanText(read.uri ?? read.name, 256);
			const scope = challenge?.parameters.get("scope")?.slice(0, 1024);
			const isScope = outcome.reason === "insufficient_scope";
			const endMs = Date.now();
			const whole: Refused = {
				asked,
				read,
				network: ticket.network,
				actor,
				outcome,
				isRequest: asked.method === "POST" && isRead && isRequestMethod(read.method),
				authorization: authorizationOf(
					challenge,
					auth,
					isScope ? attemptOf([who, method, name, scope].join("\n"), endMs) : undefined,
				),
				startMs: started.ms,
				endMs,
				durationUs: lastedUs(started),
				claim: claimAtEdge(audit, read.meta),
				operationId: randomUUID(),
			};
			const { status, reason, http_status, rpc_code, delivered } = outcome;
			const coarseKey = [status, reason, http_status, delivered].join("\n");
			table.take({
				key: [coarseKey, rpc_code, asked.method, who, method, name, scope].join("\n"),
				coarseKey,
				within: whole.isRequest ? (whole.claim?.operationId ?? read.traceparent?.slice(0, 35)) : "",
				startMs: whole.startMs,
				endMs,
				build(isCoarse): { readonly event: NewEvent; readonly decision: Decision } {
					const decision = judge.decide(whole);
					const event = isCoarse
						? describeCoarsely(whole, policy, decision)
						: describeRefusal(whole, policy, decision, digester);
					return { event, decision };
				},
			});
		},
		flush: () => table.flush(),
	};
}
