/** What the attributes of an event's CloudEvent are made of. */
export interface CloudEventFacts {
	readonly id: string;
	readonly time: string;
	readonly type: string;
	readonly operationId?: string | undefined;
	readonly parentEventId?: string | undefined;
}

/** Where an event stands: `integrity.stream_id` and `integrity.sequence`. */
export interface CloudEventPlace {
	readonly stream: string;
	readonly sequence: number;
}

/** Digits of 2^53 − 1, so that sequences sort as text (extension `sequence`). */
const SEQUENCE_DIGITS = 16;

/**
 * The attributes that every mode has, as headers of CloudEvents' binary mode over Kafka: `ce_` and
 * the name. Written out and not looped, because a sink makes them for every record.
 */
export function cloudEventHeaders(
	{ id, time, type, operationId, parentEventId }: CloudEventFacts,
	{ stream, sequence }: CloudEventPlace,
): Record<string, string> {
	const headers: Record<string, string> = {
		ce_specversion: "1.0",
		ce_id: id,
		ce_source: `urn:uuid:${stream}`,
		ce_type: type,
		ce_time: time,
		ce_sequence: String(sequence).padStart(SEQUENCE_DIGITS, "0"),
	};
	if (operationId !== undefined) headers["ce_correlationid"] = operationId;
	if (parentEventId !== undefined) headers["ce_causationid"] = parentEventId;
	return headers;
}
