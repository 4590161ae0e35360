import type { AuditEvent } from "@mcp-trail/event";
import type { SealedEvent } from "@mcp-trail/integrity";
import type { Limit, Position, Trail, TrailReader } from "../trail.ts";

/** Limits a check asks for; a trail may be given more where it cannot have so little. */
export interface TrailCheckLimits {
	/** Bytes the trail may keep. */
	readonly maxBytes?: number;
}

/** A trail that is checked. */
export interface TrailUnderCheck {
	readonly trail: Trail;
	/** Closes it if it is open, opens it again with what it kept; absent where it keeps nothing. */
	readonly reopen?: () => Promise<TrailUnderCheck>;
	/** Removes what it left. */
	readonly dispose?: () => Promise<void>;
}

/** How the checks of a trail are registered. */
export interface TrailChecks {
	/** Registers a check of a trail that is opened for it and closed after it. */
	readonly check: (
		name: string,
		run: (under: TrailUnderCheck) => Promise<void>,
		limits?: TrailCheckLimits,
	) => void;
}

/** A batch of what is there. */
export const LIMIT: Limit = { events: 100, bytes: 1 << 20, lingerMs: 0 };
/** A signal of its own for each wait: a shared one would collect listeners. */
export const never = (): AbortSignal => new AbortController().signal;

/** A valid event; `index` stands in `request.bytes`. */
export function testEvent(index: number): AuditEvent {
	const tail = String(index % 1_000_000_000_000).padStart(12, "0");
	return {
		schema_version: "1.0",
		id: `01a1f874-3e4b-7c3e-9f10-${tail}`,
		time: "2026-01-01T00:00:00.000Z",
		type: "mcp.request",
		phase: "outcome",
		severity: "informational",
		outcome: { status: "success", executed: "yes" },
		actor: { principal: { type: "unknown", assurance: "none", source: "none" } },
		target: { kind: "tool", name: "echo" },
		mcp: {
			method: "tools/call",
			request_id: String(index),
			direction: "client_to_server",
			role: "server",
			transport: "in_memory",
		},
		operation: { id: "0f6f2f3a-9f0e-4c58-8a6e-3b1d7c5a9e42", source: "local" },
		request: { bytes: index },
		recording: { level: "metadata", policy: "823412d1eacb", rule: "default" },
		producer: { recorder: "mcp-trail/0.0.0", service: "check" },
	};
}

/** Appends so many events at once. */
export function append(trail: Trail, count: number): Promise<Position[]> {
	return Promise.all(Array.from({ length: count }, (_, index) => trail.append(testEvent(index))));
}

/** Reads and commits until so many events have come. */
export async function drain(reader: TrailReader, count: number): Promise<readonly SealedEvent[]> {
	const events: SealedEvent[] = [];
	while (events.length < count) {
		const batch = await reader.read(LIMIT, never());
		if (batch === undefined) break;
		events.push(...batch.events);
		await reader.commit(batch.end);
	}
	return events;
}

/** Reads and commits to the end of a closed trail. */
export function drainAll(reader: TrailReader): Promise<readonly SealedEvent[]> {
	return drain(reader, Infinity);
}

/** Throws where two values differ. */
export function equal<T>(actual: T, expected: T, what: string): void {
	if (Object.is(actual, expected)) return;
	throw new Error(`${what}: ${String(actual)}, and ${String(expected)} was expected.`);
}

/** What a promise rejects with; throws where it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
	let value: unknown;
	try {
		value = await promise;
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
	throw new Error(`It resolved with ${String(value)}, and a rejection was expected.`);
}

/** The `code` of an error. */
export function codeOf(error: Error): unknown {
	return "code" in error ? error.code : undefined;
}
