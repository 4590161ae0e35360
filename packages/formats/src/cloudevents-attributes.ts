/** What the attributes of an event's CloudEvent are made of. */
export interface CloudEventFacts {
	readonly id: string;
	readonly time: string;
	readonly type: string;
	/** `integrity.stream_id`. */
	readonly stream: string;
	/** `integrity.sequence`. */
	readonly sequence: number;
	readonly operationId?: string | undefined;
	readonly parentEventId?: string | undefined;
}

/** Digits of 2^53 − 1, so that sequences sort as text (extension `sequence`). */
const SEQUENCE_DIGITS = 16;

interface Attribute {
	readonly name: string;
	readonly header: string;
	/** The member of the event. */
	readonly from?: string;
	readonly says?: string;
	readonly of: (facts: CloudEventFacts) => string | undefined;
}

function attribute(name: string, more: Omit<Attribute, "name" | "header">): Attribute {
	return { name, header: `ce_${name}`, ...more };
}

/** The attributes that every mode has, binary and structured. */
export const attributes: readonly Attribute[] = [
	attribute("specversion", { says: "always `1.0`", of: () => "1.0" }),
	attribute("id", { from: "id", of: ({ id }) => id }),
	attribute("source", {
		from: "integrity.stream_id",
		says: "`urn:uuid:…`",
		of: ({ stream }) => `urn:uuid:${stream}`,
	}),
	attribute("type", { from: "type", of: ({ type }) => type }),
	attribute("time", { from: "time", of: ({ time }) => time }),
	attribute("sequence", {
		from: "integrity.sequence",
		says: `${SEQUENCE_DIGITS} digits, so that it sorts as text`,
		of: ({ sequence }) => String(sequence).padStart(SEQUENCE_DIGITS, "0"),
	}),
	attribute("correlationid", { from: "operation.id", of: ({ operationId }) => operationId }),
	attribute("causationid", {
		from: "operation.parent_event_id",
		of: ({ parentEventId }) => parentEventId,
	}),
];

/** The attributes as headers of CloudEvents' binary mode over Kafka: `ce_` and the name. */
export function cloudEventHeaders(facts: CloudEventFacts): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const { header, of } of attributes) {
		const value = of(facts);
		if (value !== undefined) headers[header] = value;
	}
	return headers;
}
