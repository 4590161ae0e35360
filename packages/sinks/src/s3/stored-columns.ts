import type { SealedEvent } from "@mcp-trail/integrity";
import { columnsOf, fitStruct } from "./columns.ts";
import type { Row } from "./parquet.ts";

/** What an analyst asks for as columns, and the stored line, from which the chain verifies. */
export const storedColumns = columnsOf({
	id: "string",
	time: "timestamp",
	type: "string",
	phase: "string",
	severity: "string",
	outcome_status: "string",
	outcome_reason: "string",
	principal: "string",
	client: "string",
	method: "string",
	target_kind: "string",
	target: "string",
	server: "string",
	service: "string",
	duration_us: "long",
	trace_id: "string",
	operation_id: "string",
	stream_id: "string",
	sequence: "long",
	line: "string",
});

/** A stored event as a row. */
export function storedRow({ event, bytes, stream, sequence }: SealedEvent): Row {
	const { actor, target, outcome } = event;
	const timeMs = Date.parse(event.time);
	return fitStruct(storedColumns, {
		id: event.id,
		time: Number.isNaN(timeMs) ? undefined : timeMs,
		type: event.type,
		phase: event.phase,
		severity: event.severity,
		outcome_status: outcome?.status,
		outcome_reason: outcome?.reason,
		principal: actor?.principal.id ?? actor?.principal.id_digest,
		client: actor?.client?.name,
		method: event.mcp?.method,
		target_kind: target?.kind,
		target: target?.name ?? target?.uri,
		server: target?.server?.name ?? target?.server?.id,
		service: event.producer.service,
		duration_us: event.duration_us,
		trace_id: event.trace?.id,
		operation_id: event.operation?.id,
		stream_id: stream,
		sequence,
		line: Buffer.from(bytes).toString(),
	});
}
