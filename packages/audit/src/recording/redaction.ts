import { inMemberOrder, type AuditEvent, type Recording } from "@mcp-trail/event";
import type { Decision, Policy } from "../policy.ts";

type Redact = NonNullable<Policy["redact"]>;

/**
 * Applies a policy's `redact` to a copy. Where it throws, or changes what no policy may (which event this is, and how
 * it ended), the event is kept without anything a policy could have wanted to remove: see `atMetadata`.
 */
export function redacted(
	event: AuditEvent,
	decision: Decision,
	redact: Redact,
	onFailure: (cause: unknown) => void,
): AuditEvent {
	try {
		const lessened = redact(structuredClone(event), decision);
		const broken = tampered(event, lessened);
		if (broken === undefined) return inMemberOrder(lessened);
		onFailure(new TypeError(`redact changed ${broken}; a policy may only lessen an event`));
	} catch (error) {
		onFailure(error);
	}
	return atMetadata(event);
}

/** Which fixed member a redaction has changed. */
function tampered(before: AuditEvent, after: AuditEvent): string | undefined {
	const now = fixed(after);
	return Object.entries(fixed(before)).find(([name, value]) => now[name] !== value)?.[0];
}

/** What says which event this is, and how it ended. */
const fixed = ({ outcome, mcp, operation, ...event }: AuditEvent): Record<string, unknown> => ({
	schema_version: event.schema_version,
	id: event.id,
	time: event.time,
	type: event.type,
	phase: event.phase,
	"outcome.status": outcome?.status,
	"outcome.executed": outcome?.executed,
	"mcp.method": mcp?.method,
	"operation.id": operation?.id,
	"operation.intent_id": operation?.intent_id,
	"producer.service": event.producer.service,
});

/** The event at level `metadata`, marked `trimmed`: no content, parts, shape, labels, mismatch or message. */
function atMetadata(event: AuditEvent): AuditEvent {
	const { request, response, outcome, network, labels: _, redactions: __, ...kept } = event;
	const recording: Recording = { ...event.recording, level: "metadata", trimmed: true };
	const http = network?.http && without(network.http, "mismatch");
	return inMemberOrder({
		...kept,
		...block("request", request && without(request, ...CONTENTS)),
		...block("response", response && without(response, ...CONTENTS, "parts")),
		...block("outcome", outcome && without(outcome, "message")),
		...block("network", network && { ...without(network, "http"), ...block("http", http) }),
		recording,
	});
}

const CONTENTS = ["content", "truncated", "shape"] as const;

function without<T extends object>(whole: T, ...names: readonly (keyof T)[]): T {
	const copy = { ...whole };
	for (const name of names) Reflect.deleteProperty(copy, name);
	return copy;
}

/** A block under its name; nothing where nothing is left of it, for empty blocks are never written. */
function block<N extends string, T extends object>(
	name: N,
	value: T | undefined,
): { readonly [K in N]?: T } {
	if (value === undefined || Object.keys(value).length === 0) return {};
	const named: { [K in N]?: T } = {};
	named[name] = value;
	return named;
}
