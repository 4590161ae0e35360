import type { Audit } from "@mcp-trail/audit";
import {
	cleanText,
	cleanUri,
	inMemberOrder,
	severityOf,
	timeText,
	type Mcp,
	type Network,
	type NewEvent,
	type Outcome,
	type Principal,
	type Recording,
} from "@mcp-trail/event";
import { actorOf, keepsOf } from "../describe/actor.ts";
import { findingOf } from "../describe/finding.ts";
import { carriedReason } from "../describe/outcome.ts";
import type { KnownIdentity } from "../identity/identity.ts";
import type { Carried } from "../credentials.ts";
import type { JsonObject } from "../json-object.ts";
import type { TraceIds } from "../observer.ts";
import { authOf, challengedFor } from "./carried.ts";
import type { Fetched } from "./fetched.ts";
import { authOutcome, granted, type AuthAsked } from "./oauth.ts";

const unknown: Principal = { type: "unknown", assurance: "none", source: "none" };

const PORTS: ReadonlyMap<string, number> = new Map([
	["https:", 443],
	["http:", 80],
]);

function networkOf(url: URL | undefined, method: string): Network {
	const address = cleanText(url?.hostname.replace(/^\[|\]$/gu, ""), 255);
	const port = url?.port ? Number(url.port) : PORTS.get(url?.protocol ?? "");
	return {
		...(address !== undefined && { server_address: address }),
		...(port !== undefined && { server_port: port }),
		http: { method: cleanText(method, 16) ?? "GET" },
	};
}

const MCP: Mcp = { direction: "client_to_server", role: "client", transport: "streamable_http" };

const recordingOf = (audit: Audit): Recording => ({
	level: "metadata",
	policy: audit.policy.digest.slice(7, 19),
});

/** The request for whose sake something was fetched. */
const within = (trace: TraceIds | undefined): Pick<NewEvent, "operation" | "trace"> =>
	trace === undefined
		? {}
		: {
				operation: { id: trace.traceId, source: "trace" },
				trace: { id: trace.traceId, span_id: trace.spanId, flags: trace.flags },
			};

/** Everything the event of one request to an authorization server is made of. */
interface Told {
	readonly asked: AuthAsked;
	readonly issuer: string | undefined;
	readonly who: KnownIdentity | undefined;
	readonly attempt: number;
	/** Absent where no answer came. */
	readonly status: number | undefined;
	readonly answer: JsonObject | undefined;
	readonly trace: TraceIds | undefined;
	readonly startMs: number;
	readonly endMs: number;
	readonly durationUs: number;
}

/** The event of a token that was asked for, or of a client that was registered. */
export function describeAuth(audit: Audit, told: Told): NewEvent {
	const { asked, status, answer, endMs } = told;
	const { policy, digester } = audit;
	const outcome = authOutcome(asked, status, answer);
	const { detail, auth } = granted(asked, answer, digester, endMs);
	const issuer = cleanText(told.issuer, 512);
	const actor = actorOf(
		{ auth: undefined, authScheme: undefined, client: undefined, identity: told.who },
		keepsOf(policy, digester),
	);
	return inMemberOrder({
		time: timeText(endMs),
		type: asked.type,
		severity: severityOf(asked.type, outcome),
		start_time: timeText(told.startMs),
		duration_us: told.durationUs,
		outcome,
		actor: { ...actor, auth },
		mcp: MCP,
		...within(told.trace),
		recording: recordingOf(audit),
		network: networkOf(asked.endpoint, "POST"),
		authorization: {
			...detail,
			...(issuer !== undefined && { issuer }),
			attempt: told.attempt,
		},
	});
}

/** The event of an HTTP exchange that was refused and carried no request: a stream, a notification, an answer. */
export function describeUnsent(audit: Audit, fetched: Fetched, carried: Carried): NewEvent {
	const outcome: Outcome = {
		status: "denied",
		layer: "auth",
		reason: carriedReason(carried),
		executed: "no",
		...(carried.status !== undefined && { http_status: carried.status }),
		remediation: carried.challenge?.error === undefined ? "undisclosed" : "available",
	};
	const authorization = challengedFor(carried);
	return inMemberOrder({
		type: "mcp.message.refused",
		severity: severityOf("mcp.message.refused", outcome),
		outcome,
		actor: { principal: unknown, auth: authOf(carried) },
		...targetOf(fetched.url?.origin),
		mcp: MCP,
		recording: recordingOf(audit),
		network: networkOf(fetched.url, fetched.method),
		...(authorization && { authorization }),
	});
}

const targetOf = (origin: string | undefined): Pick<NewEvent, "target"> => {
	const id = cleanUri(origin, 512);
	return id === undefined ? {} : { target: { kind: "server", server: { id } } };
};

/** The event of a caller's token that is sent on to another server, which the specification forbids. */
export function describePassthrough(
	audit: Audit,
	carried: Carried,
	origin: string,
	trace: TraceIds | undefined,
): NewEvent {
	return inMemberOrder({
		type: "mcp.finding",
		severity: severityOf("mcp.finding"),
		actor: { principal: unknown, auth: authOf(carried) },
		...targetOf(origin),
		mcp: MCP,
		...within(trace),
		recording: recordingOf(audit),
		network: networkOf(new URL(origin), "POST"),
		finding: findingOf("token_passthrough"),
	});
}
