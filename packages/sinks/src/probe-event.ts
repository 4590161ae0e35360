import { randomBytes, randomUUID } from "node:crypto";
import { SCHEMA_VERSION, UUID7_RANDOM_BYTES, uuid7 } from "@mcp-trail/event";
import { seal, type SealedEvent } from "@mcp-trail/integrity";

/** A new event that says nothing but that a destination was tried; no event of any trail. */
export function probeEvent(): SealedEvent {
	const nowMs = Date.now();
	return seal(
		{
			schema_version: SCHEMA_VERSION,
			id: uuid7(nowMs, randomBytes(UUID7_RANDOM_BYTES)),
			time: new Date(nowMs).toISOString(),
			type: "ext.mcp-trail.probe",
			severity: "informational",
			producer: { recorder: "mcp-trail/probe", service: "mcp-trail-probe" },
		},
		{ streamId: randomUUID(), sequence: 1 },
	);
}
