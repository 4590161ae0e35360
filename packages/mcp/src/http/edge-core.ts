import { randomUUID } from "node:crypto";
import type { Audit, Decision, Subject } from "@mcp-trail/audit";
import { cleanText, type Actor, type NewEvent, type Outcome } from "@mcp-trail/event";
import { floods } from "../audited/floods.ts";
import { actorOf, keepsOf } from "../describe/actor.ts";
import { claimAtEdge } from "../extension/of-audit.ts";
import { authFacts, credentialDigest } from "../hook/auth-facts.ts";
import { schemeOf } from "../hook/http-facts.ts";
import {
	currentTicket,
	enterTicket,
	type HttpTicket,
	takeOver,
	ticketOf,
	withTicket,
} from "../hook/http-ticket.ts";
import type { AuthFacts } from "../observer.ts";
import type { Asked } from "./asked.ts";
import { attempts } from "./attempts.ts";
import { tokenChallenge } from "./challenge.ts";
import type { ClientAddressReader } from "./client-address.ts";
import {
	authorizationOf,
	describeCoarsely,
	describeRefusal,
	httpOf,
	isRequestMethod,
	readOf,
	type Refused,
} from "./describe-refusal.ts";
import { watchListen, type WatchedStream } from "./listen.ts";
import { DROPPED, refusalOf } from "./refusal.ts";

/** How an answer looks to an edge. */
interface Answered {
	/** Absent where the handler threw. */
	readonly status: number | undefined;
	/** The `WWW-Authenticate` header. */
	readonly challenge: string | undefined;
	/** Code of the JSON-RPC error in the body. */
	readonly code: number | undefined;
	readonly delivered?: boolean;
}

/** One exchange under watch. */
export interface WatchedExchange {
	run<R>(inside: () => R): R;
	/** As `run`, where the inside is not called from here. */
	enter(): void;
	/** A transport inside has recorded a frame of it. */
	isSeen(): boolean;
	/** Notes that it was answered. */
	over(): void;
	/** True where an answer of this status is this edge's to record: a refusal that no transport inside saw. */
	isOurs(status: number | undefined): boolean;
	ended(answer: Answered): void;
	/** Watches the answer to a `subscriptions/listen` that no transport inside saw; undefined for all others. */
	listening(
		status: number,
		contentType: string | undefined,
		contentEncoding: string | undefined,
	): WatchedStream | undefined;
}

/** What the wrappers of an edge share. */
export interface EdgeCore {
	/** Begins to watch an exchange; undefined where it is not this edge's. */
	watch(ask: () => Asked): WatchedExchange | undefined;
	guarded<R>(work: () => R): R | undefined;
	flush(): void;
}

const FAILED: Decision = {
	rule: "policy_failed",
	level: "metadata",
	acting: false,
	intent: false,
};

/** Makes what the wrappers of an edge share. */
export function edgeCore(options: {
	readonly audit: Audit;
	readonly isMcp: (path: string) => boolean;
	readonly addressOf: ClientAddressReader;
	readonly windowMs: number;
	readonly maxKinds: number;
	/** An edge of the same audit inside this one takes over. @default false */
	readonly yields?: boolean;
	readonly onFault: (fault: unknown) => void;
}): EdgeCore {
	const { audit, onFault, yields = false } = options;
	const { policy, digester } = audit;
	const attemptOf = attempts();
	const digestToken = (token: string): string => digester.digest("token", token);

	function guarded<R>(work: () => R): R | undefined {
		try {
			return work();
		} catch (fault) {
			onFault(fault);
			return undefined;
		}
	}

	const table = floods({
		windowMs: options.windowMs,
		maxKinds: options.maxKinds,
		closing: audit.closing,
		write: (event, decision) => guarded(() => audit.record(event, decision)),
	});

	function decide({ read, actor }: Refused): Decision {
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
	}

	function authOf(asked: Asked): AuthFacts | undefined {
		return guarded(() => authFacts(asked.authInfo(), digestToken));
	}

	function actorFor(
		asked: Asked,
		auth: AuthFacts | undefined,
		client: Refused["read"]["client"],
	): Actor {
		return actorOf(
			{
				auth,
				authScheme: schemeOf((name) => asked.header(name)),
				tokenDigest: guarded(() =>
					auth === undefined
						? credentialDigest(asked.header("authorization"), digestToken)
						: undefined,
				),
				client,
			},
			keepsOf(policy, digester),
		);
	}

	function listening(
		asked: Asked,
		ticket: HttpTicket,
		contentType: string | undefined,
		contentEncoding: string | undefined,
		started: { readonly ms: number; readonly us: number },
	): WatchedStream | undefined {
		if (asked.method !== "POST") return undefined;
		const read = readOf(asked);
		if (read.method !== "subscriptions/listen") return undefined;
		const isStream = contentType?.toLowerCase().startsWith("text/event-stream") === true;
		const whole: Omit<Refused, "outcome" | "endMs" | "durationUs"> = {
			asked,
			read,
			network: ticket.network,
			actor: actorFor(asked, authOf(asked), read.client),
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
			durationUs: Math.max(0, Math.round(performance.now() * 1000) - started.us),
		});
		const decision = decide(now({ status: "success" }));
		return watchListen({
			id: read.id,
			isStream,
			isReadable: (contentEncoding ?? "identity") === "identity",
			describe: (outcome) => describeRefusal(now(outcome), policy, decision, digester),
			record: (event) => guarded(() => audit.record(event, decision)),
		});
	}

	function refused(
		asked: Asked,
		ticket: HttpTicket,
		answer: Answered,
		started: { readonly ms: number; readonly us: number },
	): void {
		const read = readOf(asked);
		const authorization = asked.header("authorization");
		const challenge = tokenChallenge(answer.challenge);
		const { outcome, isRead } = refusalOf(
			{ ...answer, challenge },
			{
				hasCredentials: authorization !== undefined,
				hasSession: asked.header("mcp-session-id") !== undefined,
				version: read.version,
			},
		);
		const auth = authOf(asked);
		const actor = actorFor(asked, auth, read.client);
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
			durationUs: Math.max(0, Math.round(performance.now() * 1000) - started.us),
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
				const decision = decide(whole);
				const event = isCoarse
					? describeCoarsely(whole, policy, decision)
					: describeRefusal(whole, policy, decision, digester);
				return { event, decision };
			},
		});
	}

	return {
		guarded,
		watch: (ask) =>
			guarded(() => {
				const asked = ask();
				// An edge around this one counts already.
				if (ticketOf(audit, asked.request) !== undefined || !options.isMcp(asked.path))
					return undefined;
				if (!yields) takeOver(audit, asked.request);
				const started = { ms: Date.now(), us: Math.round(performance.now() * 1000) };
				const ticket: HttpTicket = {
					key: audit,
					seen: false,
					network: {
						...options.addressOf(asked.remote, (name) => asked.header(name)),
						http: httpOf(asked),
					},
					outer: yields ? undefined : currentTicket(),
					...(yields && { yields }),
				};
				// Of an entry that rejects an older era, 202 is its answer to a notification that it drops.
				const isDropped = (status: number | undefined): boolean =>
					status === DROPPED && ticket.hasEntry === true && asked.method === "POST";
				const isOurs = (status: number | undefined): boolean =>
					!ticket.seen &&
					ticket.taken !== true &&
					(status === undefined || status >= 400 || isDropped(status));
				let isEnded = false;
				return {
					run: (inside) => withTicket(ticket, asked.request, inside),
					enter: () => enterTicket(ticket, asked.request),
					isSeen: () => ticket.seen,
					isOurs,
					over() {
						ticket.isOver = true;
					},
					ended(answer) {
						if (isEnded || !isOurs(answer.status)) return;
						isEnded = true;
						guarded(() => refused(asked, ticket, answer, started));
					},
					listening: (status, contentType, contentEncoding) =>
						ticket.seen || status !== 200
							? undefined
							: guarded(() => listening(asked, ticket, contentType, contentEncoding, started)),
				};
			}),
		flush: () => table.flush(),
	};
}
