import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import {
	inspectTrail,
	nodeSystem,
	readSegments,
	type System,
	type TrailContext,
	type TrailReader,
} from "@mcp-trail/audit";
import { uuid7, UUID7_RANDOM_BYTES, type AuditEvent } from "@mcp-trail/event";
import { verifier, type SealedEvent, type VerifyReport } from "@mcp-trail/integrity";

/** A valid event of a tool call; `index` stands in `request.bytes`. */
export function auditEvent(index: number, id: string): AuditEvent {
	return {
		schema_version: "1.0",
		id,
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
		producer: { recorder: "mcp-trail/0.0.0", service: "fault" },
	};
}

/** What a trail is given by whoever opens it; errors are kept. */
export function contextOf(
	system: System,
	errors: Error[] = [],
): TrailContext & { readonly errors: readonly Error[] } {
	return {
		system,
		errors,
		complete: (event) => ({
			schema_version: "1.0",
			id: uuid7(system.clock.nowMs(), system.random(UUID7_RANDOM_BYTES)),
			time: new Date(system.clock.nowMs()).toISOString(),
			...event,
			producer: { recorder: "mcp-trail/0.0.0", service: "fault" },
		}),
		onError: (error) => errors.push(error),
	};
}

/** The real system, seen by a process that takes every earlier owner for dead: a restart without a restart. */
export function restarted(system: System = nodeSystem()): System {
	return {
		...system,
		process: { ...system.process, pid: system.process.pid + 1_000_000, isAlive: () => false },
	};
}

/** A folder that is gone after the work. */
export async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
	const dir = await mkdtemp(`${tmpdir()}/trail-fault-`);
	try {
		return await work(dir);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}

/** Verifies a trail's folder as `mcp-trail verify` does. */
export async function verifyFolder(dir: string, system?: System): Promise<VerifyReport> {
	const { streams } = await inspectTrail(dir, system);
	const verification = verifier({ context: "trail" });
	for (const { streamId, segments, owner } of streams) {
		for (const segment of segments) {
			const live = owner?.alive === true && segment === segments.at(-1);
			verification.begin({ name: segment.path, streamId, live });
			for await (const chunk of readSegments([segment], system)) verification.push(chunk);
		}
	}
	return verification.end();
}

/** Reads and commits until nothing is left, or so many events have come. */
export async function drain(
	reader: TrailReader,
	count = Infinity,
	delivered: (event: SealedEvent) => void = () => {},
): Promise<SealedEvent[]> {
	const events: SealedEvent[] = [];
	const never = new AbortController().signal;
	while (events.length < count) {
		const batch = await reader.read({ events: 500, bytes: 1 << 20, lingerMs: 0 }, never);
		if (batch === undefined) break;
		events.push(...batch.events);
		for (const event of batch.events) delivered(event);
		await reader.commit(batch.end);
	}
	return events;
}
