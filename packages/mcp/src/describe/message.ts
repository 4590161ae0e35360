import type { Digester, Policy } from "@mcp-trail/audit";
import {
	cleanText,
	cleanUri,
	inMemberOrder,
	severityOf,
	timeText,
	type ConnectionDetail,
	type KnownType,
	type Mcp,
	type NewEvent,
	type Operation,
	type Outcome,
	type Recording,
	type Target,
} from "@mcp-trail/event";
import { isModern } from "../hook/connection.ts";
import { sentTo } from "../hook/network.ts";
import type { Closing, Connection } from "../peer-connection.ts";
import type { Misfit } from "../hook/frame.ts";
import type { Seen } from "../observer.ts";
import { actorOf, keepsOf } from "./actor.ts";
import { at, methodOf } from "./methods.ts";
import { serverOf } from "./server.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const layers: Readonly<Record<Misfit, NonNullable<Outcome["layer"]>>> = {
	malformed_json: "transport",
	not_json_rpc: "transport",
	invalid_params: "protocol",
	late_response: "protocol",
	unasked_response: "protocol",
};

/** No rule is asked about what is no request: only its envelope is kept. */
const recordingOf = (policy: Policy): Recording => ({
	level: "metadata",
	policy: policy.digest.slice(7, 19),
});

const outcomeOf = (type: KnownType, misfit: Misfit): Outcome => ({
	status: "rejected",
	layer: layers[misfit],
	reason: misfit,
	...(type === "mcp.message.refused" && { executed: "no" }),
});

function mcpOf(seen: Seen, session: string | undefined): Mcp {
	const { connection, direction, method, id, era } = seen;
	const requestId = typeof id === "number" ? String(id) : cleanText(id, 128);
	const version = cleanText(seen.protocolVersion, 32);
	return {
		...(method !== undefined && { method: methodOf(method) }),
		...(requestId !== undefined && { request_id: requestId }),
		direction,
		role: connection.role,
		...(version !== undefined && { protocol_version: version }),
		...(era !== undefined && { era }),
		transport: connection.transport,
		...(session !== undefined && { session_digest: session }),
	};
}

function targetOf(seen: Seen, digester: Digester): Target | undefined {
	const uri = seen.method === "notifications/resources/updated" && at(seen.params, ["uri"]);
	if (typeof uri !== "string" || uri === "") return undefined;
	const clean = cleanUri(uri, 1024);
	return {
		kind: "resource",
		...(clean !== undefined && { uri: clean }),
		uri_digest: digester.digest("uri", uri),
	};
}

/** The event of a frame that is no request. Total: whatever a peer sent becomes a valid event. */
export function describeMessage(
	type: KnownType,
	seen: Seen,
	policy: Policy,
	digester: Digester,
	session: string | undefined,
	operation?: Operation,
): NewEvent {
	const { misfit, trace } = seen;
	const outcome: Outcome | undefined = misfit && outcomeOf(type, misfit);
	const target = targetOf(seen, digester);
	const event: Writable<NewEvent> = {
		time: timeText(seen.atMs),
		type,
		severity: severityOf(type, outcome),
		...(outcome && { outcome }),
		actor: actorOf(seen, keepsOf(policy, digester)),
		...(target && { target }),
		mcp: mcpOf(seen, session),
		...(trace && {
			operation: { id: trace.traceId, source: "trace" },
			trace: { id: trace.traceId, span_id: trace.spanId, flags: trace.flags },
		}),
		...(operation && { operation }),
		recording: recordingOf(policy),
		...(seen.network && { network: seen.network }),
	};
	return inMemberOrder(event);
}

/** The same without anything that a peer chooses, for very many that differ in just that. */
export function describeCoarsely(type: KnownType, seen: Seen, policy: Policy): NewEvent {
	const { connection, direction, misfit } = seen;
	const outcome: Outcome | undefined = misfit && outcomeOf(type, misfit);
	return inMemberOrder({
		time: timeText(seen.atMs),
		type,
		severity: severityOf(type, outcome),
		...(outcome && { outcome }),
		actor: { principal: { type: "unknown", assurance: "none", source: "none" } },
		mcp: {
			...(type === "mcp.notification" && { method: methodOf("") }),
			direction,
			role: connection.role,
			transport: connection.transport,
		},
		recording: recordingOf(policy),
	});
}

function connectionDetail(
	{ reached }: Connection,
	closing: Closing | undefined,
): ConnectionDetail | undefined {
	if (reached === undefined && closing === undefined) return undefined;
	const origin = cleanText(reached?.origin, 256);
	return {
		...(reached?.commandDigest !== undefined && { command_digest: reached.commandDigest }),
		...(origin !== undefined && { origin }),
		...(reached?.listed !== undefined && { listed: reached.listed }),
		...(closing && { requests: closing.requests }),
	};
}

/** The event of a connection that opened, or of one that closed. */
export function describeConnection(
	connection: Connection,
	closing: Closing | undefined,
	policy: Policy,
	session: string | undefined,
): NewEvent {
	const type = closing ? "mcp.connection.closed" : "mcp.connection.opened";
	const server = serverOf(connection);
	const version = cleanText(connection.protocolVersion(), 32);
	const network = sentTo(connection);
	const detail = connectionDetail(connection, closing);
	const cut: Outcome = { status: "unknown", layer: "transport", reason: "connection_closed" };
	const outcome: Outcome | undefined =
		closing && (closing.cutOff > 0 ? cut : { status: "success" });
	return inMemberOrder({
		...(closing && { time: timeText(closing.endMs) }),
		type,
		severity: severityOf(type, outcome),
		...(closing && { start_time: timeText(closing.startMs), duration_us: closing.durationUs }),
		...(outcome && { outcome }),
		actor: actorOf(
			{ client: connection.client(), auth: undefined, authScheme: undefined },
			undefined,
		),
		...(server && { target: { kind: "server", server } }),
		mcp: {
			direction: "client_to_server",
			role: connection.role,
			...(version !== undefined && {
				protocol_version: version,
				era: isModern(version) ? "modern" : "legacy",
			}),
			transport: connection.transport,
			...(session !== undefined && { session_digest: session }),
		},
		recording: recordingOf(policy),
		...(network && { network }),
		...(detail && { connection: detail }),
	} satisfies NewEvent);
}
