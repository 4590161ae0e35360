import type { Audit } from "@mcp-trail/audit";
import { timeText, type NewEvent } from "@mcp-trail/event";
import { derived } from "../audited/derived.ts";
import { actionOf, inputAsked } from "../describe/input.ts";
import { at, factsOf } from "../describe/methods.ts";
import { isObject } from "../hook/frame.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange, LocalInput } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { shortKey } from "../short-key.ts";

const kinds = {
	"elicitation/create": "elicitation",
	"sampling/createMessage": "sampling",
	"roots/list": "roots",
} as const;

/** What one result asked for, and which of it was answered and told here: its retry does not tell it again. */
interface Round {
	/** What the retry of its request must be like. */
	readonly of: string;
	readonly asked: Set<string>;
	readonly told: Set<string>;
}

/** Of each connection, the oldest round first. */
const rounds = new WeakMap<Audit, WeakMap<Connection, Round[]>>();
const MAX_ROUNDS = 64;
const MAX_KEYS = 256;

const NONE: readonly Round[] = [];
const roundsOf = (audit: Audit, connection: Connection): readonly Round[] =>
	rounds.get(audit)?.get(connection) ?? NONE;

/** A retry asks for the same, and says the state that it was given. */
function likeness({ method, params }: Exchange, state: unknown): string {
	const { name, uri } = factsOf(method);
	return shortKey(JSON.stringify([method, at(params, name), at(params, uri), state]) ?? method);
}

/** Notes what a server asked a client for inside a result. */
export function noteRound(audit: Audit, exchange: Exchange, result: JsonObject): void {
	const { connection, inbound } = exchange;
	const requests = result["inputRequests"];
	if (inbound || connection.role !== "client" || !isObject(requests)) return;
	let ofAudit = rounds.get(audit);
	if (ofAudit === undefined) rounds.set(audit, (ofAudit = new WeakMap()));
	let all = ofAudit.get(connection);
	if (all === undefined) ofAudit.set(connection, (all = []));
	all.push({
		of: likeness(exchange, result["requestState"]),
		asked: new Set(Object.keys(requests).slice(0, MAX_KEYS).map(shortKey)),
		told: new Set(),
	});
	if (all.length > MAX_ROUNDS) all.shift();
}

function remember(audit: Audit, connection: Connection, key: string): void {
	const short = shortKey(key);
	roundsOf(audit, connection)
		.findLast(({ asked, told }) => asked.has(short) && !told.has(short))
		?.told.add(short);
}

/** True, once for each answer that was told: the retry carries what this client's own handler answered in its round. */
export function isTold(audit: Audit, exchange: Exchange, key: string): boolean {
	const all = roundsOf(audit, exchange.connection);
	if (all.length === 0) return false;
	const short = shortKey(key);
	const of = likeness(exchange, exchange.params?.["requestState"]);
	// What an earlier round was answered, and never sent, says nothing of a later one.
	const round = all.findLast((one) => one.of === of && one.asked.has(short));
	round?.asked.delete(short);
	return round?.told.delete(short) === true;
}

/** Tells what a client's own handler answered; `base` says who the client and the server are. */
export function noteLocalInput(audit: Audit, input: LocalInput, base: () => NewEvent): void {
	const { connection, method, params, key, answer, threw, startMs, endMs, durationUs } = input;
	const from = base();
	const kind = kinds[method];
	const action = kind === "elicitation" ? actionOf(answer) : undefined;
	const { mcp, target } = from;
	if (!threw) remember(audit, connection, key);
	audit.record(
		derived(
			"mcp.input.answered",
			{ ...from, ...(mcp && { mcp: { ...mcp, method, local: true } }) },
			{
				time: timeText(endMs),
				start_time: timeText(startMs),
				duration_us: durationUs,
				...(threw && {
					outcome: {
						status: "failure",
						layer: "handler",
						reason: "handler_threw",
						executed: "unknown",
					},
				}),
				...(target && { target }),
				input: { ...inputAsked(kind, params, audit.digester), ...(action && { action }) },
			},
		),
	);
}
