import type { Decision, Digester, Policy } from "@mcp-trail/audit";
import {
	cleanText,
	cleanUri,
	inMemberOrder,
	isWord,
	severityOf,
	timeText,
	type Actor,
	type AuthorizationDetail,
	type HeaderMismatch,
	type Http,
	type Mcp,
	type Network,
	type NewEvent,
	type Operation,
	type Outcome,
	type Target,
} from "@mcp-trail/event";
import { claimedOperation } from "../correlation/operation-state.ts";
import type { Claim } from "../extension/claim.ts";
import { recordingOf } from "../describe/describe.ts";
import { at, factsOf, type MethodFacts } from "../describe/methods.ts";
import { envelopeOf, isModern, metaOf } from "../hook/connection.ts";
import { isObject } from "../hook/frame.ts";
import type { AuthFacts } from "../credentials.ts";
import type { JsonObject } from "../json-object.ts";
import { parseTraceparent } from "../trace-ids.ts";
import type { Asked } from "./asked.ts";
import type { Challenge } from "./challenge.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What was read of a refused request: of its body where the host parsed it, else of its headers. */
export interface Read {
	readonly method: string | undefined;
	readonly id: string | number | undefined;
	readonly facts: MethodFacts | undefined;
	readonly name: string | undefined;
	/** Kept apart from names: a URI may hold secrets that only `cleanUri` takes out. */
	readonly uri: string | undefined;
	readonly version: string | undefined;
	readonly client: { readonly name: string; readonly version?: string } | undefined;
	readonly traceparent: string | undefined;
	/** `params._meta`, where the body was read. */
	readonly meta?: JsonObject | undefined;
	readonly mismatch: readonly HeaderMismatch[];
}

const MAX_DIGESTED_LENGTH = 1024;
const SCHEME = /^\s*[a-z][a-z0-9+.-]*:/i;
const BASE64 = /^=\?base64\?([A-Za-z0-9+/]{0,2048}={0,2})\?=$/;

const textOf = (value: unknown): string | undefined =>
	typeof value === "string" && value !== "" ? value : undefined;

/** SEP-2243 writes what is not visible ASCII as base64. */
function decoded(value: string | undefined): string | undefined {
	const encoded = value === undefined ? undefined : BASE64.exec(value)?.[1];
	return encoded === undefined ? value : Buffer.from(encoded, "base64").toString("utf8");
}

function mismatchOf(
	header: string,
	headerValue: string | undefined,
	bodyValue: string | undefined,
	clean: (value: string | undefined) => string | undefined,
): HeaderMismatch[] {
	if (headerValue === undefined || headerValue === bodyValue) return [];
	const said = clean(headerValue);
	const held = clean(bodyValue);
	return [
		{
			header,
			...(said !== undefined && { header_value: said }),
			...(held !== undefined && { body_value: held }),
		},
	];
}

const shown = (value: string | undefined): string | undefined => cleanText(value, 256);
const shownUri = (value: string | undefined): string | undefined => cleanUri(value, 256);
/** A task's id is as good as a key to it. */
const unshown = (): undefined => undefined;

/** Reads what a refused request asked for. */
export function readOf(asked: Asked): Read {
	const frame = asked.frame();
	const claimed = textOf(asked.header("mcp-method"));
	const claimedName = decoded(textOf(asked.header("mcp-name")));
	const claimedVersion = textOf(asked.header("mcp-protocol-version"));
	if (frame === undefined) {
		const facts = claimed === undefined ? undefined : factsOf(claimed);
		// The header does not say which of the two it names.
		const isUri = facts?.uri !== undefined && (!facts.name || SCHEME.test(claimedName ?? ""));
		return {
			method: claimed,
			id: undefined,
			facts,
			name: facts?.task === undefined && !isUri ? claimedName : undefined,
			uri: isUri ? claimedName : undefined,
			version: claimedVersion,
			client: undefined,
			traceparent: textOf(asked.header("traceparent")),
			mismatch: [],
		};
	}
	return readOfFrame(frame, claimed, claimedName, claimedVersion);
}

function readOfFrame(
	frame: JsonObject,
	claimed: string | undefined,
	claimedName: string | undefined,
	claimedVersion: string | undefined,
): Read {
	const method = textOf(frame["method"]) ?? "";
	const { id } = frame;
	const params = isObject(frame["params"]) ? frame["params"] : undefined;
	const facts = factsOf(method);
	const meta = metaOf(params);
	const envelope = envelopeOf(meta);
	const uri = textOf(at(params, facts.uri));
	const name = textOf(at(params, facts.name));
	const named = uri ?? name ?? textOf(at(params, facts.task));
	const clean = facts.task ? unshown : facts.uri ? shownUri : shown;
	return {
		method,
		id: typeof id === "string" || typeof id === "number" ? id : undefined,
		facts,
		name,
		uri,
		version: envelope.version ?? claimedVersion,
		client: envelope.client,
		traceparent: textOf(meta?.["traceparent"]),
		meta,
		mismatch: [
			...mismatchOf("mcp-method", claimed, method, shown),
			...mismatchOf("mcp-name", claimedName, named, clean),
			...(envelope.version === undefined
				? []
				: mismatchOf("mcp-protocol-version", claimedVersion, envelope.version, shown)),
		],
	};
}

/** True for what a JSON-RPC request can be about; notifications are none. */
export function isRequestMethod(method: string | undefined): method is string {
	return method !== undefined && !method.startsWith("notifications/");
}

const scopes = (all: readonly string[]): readonly string[] =>
	all.slice(0, 64).flatMap((scope) => cleanText(scope, 128) ?? []);

/** What the host asked for in a challenge, what the caller had, and how often it came. */
export function authorizationOf(
	challenge: Challenge | undefined,
	auth: AuthFacts | undefined,
	attempt: number | undefined,
): AuthorizationDetail | undefined {
	if (challenge === undefined) return undefined;
	const error = challenge.parameters.get("error");
	const requested = scopes((challenge.parameters.get("scope") ?? "").split(" "));
	const granted = scopes(auth?.scopes ?? []);
	const detail: AuthorizationDetail = {
		...(isWord(error) && { error }),
		...(requested.length > 0 && { scopes_requested: requested }),
		...(granted.length > 0 && { scopes_granted: granted }),
		...(attempt !== undefined && { attempt }),
	};
	return Object.keys(detail).length === 0 ? undefined : detail;
}

function targetOf({ facts, name, uri }: Read, digester: Digester): Target | undefined {
	if (facts === undefined) return undefined;
	const target: Writable<Target> = { kind: facts.kind };
	const shownName = cleanText(name, 256);
	if (shownName !== undefined) target.name = shownName;
	const clean = cleanUri(uri, 1024);
	if (clean !== undefined) target.uri = clean;
	if (uri !== undefined && uri.length <= MAX_DIGESTED_LENGTH)
		target.uri_digest = digester.digest("uri", uri);
	return target;
}

function mcpOf(asked: Asked, read: Read, digester: Digester): Mcp {
	const method = cleanText(read.method, 128);
	const id = read.id === undefined ? undefined : cleanText(String(read.id), 128);
	const version = cleanText(read.version, 32);
	const session = textOf(asked.header("mcp-session-id"));
	return {
		...(method !== undefined && { method }),
		...(id !== undefined && { request_id: id }),
		direction: "client_to_server",
		role: "server",
		...(version !== undefined && {
			protocol_version: version,
			era: isModern(version) ? "modern" : "legacy",
		}),
		transport: "streamable_http",
		...(session !== undefined &&
			session.length <= MAX_DIGESTED_LENGTH && {
				session_digest: digester.digest("session", session),
			}),
	};
}

/** What is known of the HTTP exchange itself: the same for an edge's events and a transport's inside it. */
export function httpOf(asked: Asked): Http {
	const version = cleanText(asked.version, 8);
	const agent = cleanText(asked.header("user-agent"), 256);
	const id = cleanText(asked.header("x-request-id"), 128);
	return {
		method: cleanText(asked.method, 16) ?? "GET",
		...(version !== undefined && { version }),
		...(agent !== undefined && { user_agent: agent }),
		...(id !== undefined && { request_id: id }),
	};
}

/** Everything an event about a refused exchange is made of. */
export interface Refused {
	readonly asked: Asked;
	readonly read: Read;
	readonly network: Network;
	readonly actor: Actor;
	readonly outcome: Outcome;
	/** The request could be read: the event is the outcome of that request. */
	readonly isRequest: boolean;
	readonly authorization: AuthorizationDetail | undefined;
	readonly startMs: number;
	readonly endMs: number;
	readonly durationUs: number;
	/** What the block of the audit extension says, where that is on. */
	readonly claim?: Claim | undefined;
	/** Identifies the operation where the peer sent neither a block nor a trace. */
	readonly operationId: string;
}

/** The peer's own word, as a transport would take it: whose principal nobody knows yet. */
function operationOf({ claim, operationId }: Refused, traceId: string | undefined): Operation {
	if (claim) return claimedOperation(claim);
	return traceId === undefined
		? { id: operationId, source: "local" }
		: { id: traceId, source: "trace" };
}

/** Makes the event of a refused exchange. */
export function describeRefusal(
	refused: Refused,
	policy: Policy,
	decision: Decision,
	digester: Digester,
): NewEvent {
	const { asked, read, outcome, isRequest, network, authorization } = refused;
	const type = isRequest ? "mcp.request" : "mcp.message.refused";
	const target = targetOf(read, digester);
	const traceId = parseTraceparent(read.traceparent)?.traceId;
	const origin =
		outcome.reason === "bad_origin" ? cleanUri(asked.header("origin"), 256) : undefined;
	const { mismatch } = read;
	return inMemberOrder({
		time: timeText(refused.endMs),
		type,
		...(isRequest && { phase: "outcome" }),
		severity: severityOf(type, outcome),
		start_time: timeText(refused.startMs),
		duration_us: refused.durationUs,
		outcome,
		actor: refused.actor,
		...(target && { target }),
		mcp: mcpOf(asked, read, digester),
		...(isRequest && {
			operation: operationOf(refused, traceId),
		}),
		recording: recordingOf(policy, decision),
		network:
			mismatch.length > 0 && outcome.reason === "header_mismatch"
				? { ...network, http: { ...network.http, mismatch } }
				: network,
		...(origin !== undefined && { connection: { origin } }),
		...(authorization && { authorization }),
	});
}

/** Makes the event that stands for refusals of which only the outcome is alike. */
export function describeCoarsely(refused: Refused, policy: Policy, decision: Decision): NewEvent {
	// Of codes there are as many as of numbers.
	const { rpc_code: _ofTheFirst, ...outcome } = refused.outcome;
	return inMemberOrder({
		time: timeText(refused.endMs),
		type: "mcp.message.refused",
		severity: severityOf("mcp.message.refused", outcome),
		start_time: timeText(refused.startMs),
		outcome,
		actor: { principal: { type: "unknown", assurance: "none", source: "none" } },
		mcp: { direction: "client_to_server", role: "server", transport: "streamable_http" },
		recording: recordingOf(policy, decision),
	});
}
