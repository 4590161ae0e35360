import type { Audit } from "@mcp-trail/audit";
import { timeText, type NewEvent } from "@mcp-trail/event";
import { derived } from "../audited/derived.ts";
import { actionOf, inputAsked } from "../describe/input.ts";
import type { Connection, LocalInput } from "../observer.ts";

const kinds = {
	"elicitation/create": "elicitation",
	"sampling/createMessage": "sampling",
	"roots/list": "roots",
} as const;

/** Answers that were told where they were given, by the key under which a retry will carry them. */
const told = new WeakMap<Audit, WeakMap<Connection, Map<string, number>>>();
const MAX_KEYS = 256;

function remember(audit: Audit, connection: Connection, key: string): void {
	let ofAudit = told.get(audit);
	if (ofAudit === undefined) told.set(audit, (ofAudit = new WeakMap()));
	let keys = ofAudit.get(connection);
	if (keys === undefined) ofAudit.set(connection, (keys = new Map()));
	const times = (keys.get(key) ?? 0) + 1;
	keys.delete(key);
	keys.set(key, times);
	const [oldest] = keys.size > MAX_KEYS ? keys.keys() : [];
	if (oldest !== undefined) keys.delete(oldest);
}

/** True, once for each time it was told: the retry carries an answer that this client's own handler gave. */
export function isTold(audit: Audit, connection: Connection, key: string): boolean {
	const keys = told.get(audit)?.get(connection);
	const times = keys?.get(key);
	if (keys === undefined || times === undefined) return false;
	if (times > 1) keys.set(key, times - 1);
	else keys.delete(key);
	return true;
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
