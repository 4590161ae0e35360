import { SCHEMA_VERSION, UUID7_RANDOM_BYTES, uuid7, type AuditEvent } from "@mcp-trail/event";
import { sealer, type SealedEvent } from "@mcp-trail/integrity";
import { nodeSystem } from "../system/node-system.ts";

/** Makes sealed events of one new stream, valid in every field; each call goes on where the last one ended. */
export function sampleEvents(): (count: number) => readonly SealedEvent[] {
	const system = nodeSystem();
	const { clock } = system;
	const id = (): string => uuid7(clock.nowMs(), system.random(UUID7_RANDOM_BYTES));
	const chain = sealer(id());
	return (count) =>
		Array.from({ length: count }, (_, index) => {
			const event: AuditEvent = {
				schema_version: SCHEMA_VERSION,
				id: id(),
				time: new Date(clock.nowMs()).toISOString(),
				type: "mcp.request",
				phase: "outcome",
				severity: "informational",
				outcome: { status: "success", executed: "yes" },
				actor: { principal: { type: "unknown", assurance: "none", source: "none" } },
				target: { kind: "tool", name: `sample_${index} — ünïcödé` },
				mcp: {
					method: "tools/call",
					direction: "client_to_server",
					role: "server",
					transport: "in_memory",
				},
				operation: { id: id(), source: "local" },
				recording: { level: "metadata" },
				producer: { recorder: "mcp-trail/check", service: "check" },
			};
			return chain.seal(event);
		});
}
