import { cloudEventHeaders } from "./cloudevents-attributes.ts";
import { computed, existingTime, realTime, words } from "./conversions.ts";
import type { Format } from "./format.ts";
import type { Mapping } from "./mapping.ts";
import { table } from "./table.ts";
import type { Fields, Row } from "./table.ts";

/** An attribute of every mode, as the headers of binary mode have it. */
function attribute(name: string, from: string | undefined, says = ""): Row {
	const as = computed(says, ({ id, time, type, integrity, operation }) => {
		const facts = {
			id,
			time: realTime(time),
			type,
			operationId: operation?.id,
			parentEventId: operation?.parent_event_id,
		};
		const place = { stream: integrity.stream_id, sequence: integrity.sequence };
		return cloudEventHeaders(facts, place)[`ce_${name}`];
	});
	return from === undefined ? { to: name, as } : { to: name, from, as };
}

const sharedRows: readonly Row[] = [
	attribute("specversion", undefined, "always `1.0`"),
	attribute("id", "id"),
	attribute("source", "integrity.stream_id", "`urn:uuid:…`"),
	attribute("type", "type"),
	attribute("time", "time"),
	attribute("sequence", "integrity.sequence", "16 digits, so that it sorts as text"),
	attribute("correlationid", "operation.id"),
	attribute("causationid", "operation.parent_event_id"),
];

const structuredRows: readonly Row[] = [
	{ to: "datacontenttype", is: "application/json" },
	{ to: "dataschema", is: "urn:mcp-trail:schema:event:1.reader" },
	{
		to: "subject",
		from: "target.kind",
		as: computed("`target.kind`, `/` and `target.name`, else `target.uri`", ({ target }) => {
			const name = target?.name ?? target?.uri;
			return target === undefined || name === undefined ? undefined : `${target.kind}/${name}`;
		}),
	},
	{ to: "partitionkey", from: "integrity.stream_id" },
	{ to: "recordedtime", from: "observed_time", as: existingTime },
	{
		to: "authtype",
		from: "actor.principal.type",
		as: words(
			{
				user: "user",
				service: "service_account",
				workload: "service_account",
				anonymous: "unauthenticated",
			},
			"unknown",
		),
	},
	{
		to: "severitynumber",
		from: "severity",
		as: words({ informational: 9, low: 10, medium: 13, high: 17, critical: 21 }, 9),
	},
	{ to: "severitytext", from: "severity" },
	{
		to: "traceparent",
		from: "trace.span_id",
		as: computed("W3C Trace Context, of `trace`", ({ trace }) =>
			trace?.span_id === undefined
				? undefined
				: `00-${trace.id}-${trace.span_id}-${(trace.flags ?? 0).toString(16).padStart(2, "0")}`,
		),
	},
];

const fill = table([...sharedRows, ...structuredRows], { flat: true });

/** CloudEvents 1.0.2 in structured mode, JSON; the data is the event. */
export const cloudEvents: Format<Fields> = {
	name: "cloudevents",
	mediaType: "application/cloudevents+json",
	project: (event) => ({ ...fill(event).said, data: event }),
};

/** How `cloudEvents` maps. */
export const cloudEventsMapping: Mapping<Fields> = {
	format: cloudEvents,
	title: "CloudEvents 1.0.2",
	about:
		"The data is the event itself, so nothing is lost. In binary mode, which the Kafka sink speaks, the value is the stored line and the attributes of the first table are headers `ce_<name>`. `source` and `id` together are unique: the deduplication key.",
	parts: [
		{ title: "Every mode", rows: sharedRows },
		{ title: "Structured mode", rows: structuredRows },
	],
	rest: "`data`, which is the whole event.",
};
