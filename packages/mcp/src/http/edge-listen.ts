import { randomUUID } from "node:crypto";
import type { Outcome } from "@mcp-trail/event";
import { claimAtEdge } from "../extension/of-audit.ts";
import type { HttpTicket } from "../hook/http-ticket.ts";
import type { Asked } from "./asked.ts";
import { describeRefusal, readOf, type Refused } from "./describe-refusal.ts";
import { lastedUs, type EdgeParts, type Started } from "./edge-judge.ts";
import { watchListen, type WatchedStream } from "./listen.ts";

/** How an answer is carried. */
export interface Carried {
	readonly contentType: string | undefined;
	readonly contentEncoding: string | undefined;
}

/** Watches the answer to a `subscriptions/listen` at an edge; undefined for all other requests. */
export function edgeListen(
	{ audit, judge, record }: EdgeParts,
	{
		asked,
		ticket,
		started,
	}: { readonly asked: Asked; readonly ticket: HttpTicket; readonly started: Started },
	{ contentType, contentEncoding }: Carried,
): WatchedStream | undefined {
	const { policy, digester } = audit;
	if (asked.method !== "POST") return undefined;
	const read = readOf(asked);
	if (read.method !== "subscriptions/listen") return undefined;
	const isStream = contentType?.toLowerCase().startsWith("text/event-stream") === true;
	const whole: Omit<Refused, "outcome" | "endMs" | "durationUs"> = {
		asked,
		read,
		network: ticket.network,
		actor: judge.actor(asked, judge.auth(asked), read, ticket),
		isRequest: true,
		authorization: undefined,
		startMs: started.ms,
		claim: claimAtEdge(audit, read.meta),
		operationId: randomUUID(),
	};
	const now = (outcome: Outcome): Refused => ({
		...whole,
		outcome,
		endMs: Date.now(),
		durationUs: lastedUs(started),
	});
	const decision = judge.decide(now({ status: "success" }));
	return watchListen({
		id: read.id,
		isStream,
		isReadable: (contentEncoding ?? "identity") === "identity",
		describe: (outcome) => describeRefusal(now(outcome), policy, decision, digester),
		record: (event) => record(event, decision),
	});
}
