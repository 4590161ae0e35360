import { z } from "zod";
import { patterns } from "../patterns.ts";
import { SCHEMA_VERSION, eventTypes, severities } from "../vocabulary.ts";
import { actor, operation, target } from "./actor.ts";
import { trafficDetail } from "./detail.ts";
import { closed, field, id7, int, list, maybe, text, time } from "./kinds.ts";
import { writerRules } from "./rules.ts";
import {
	mcp,
	network,
	outcome,
	recording,
	redaction,
	request,
	response,
	trace,
} from "./traffic.ts";
import { integrity, producer, trailDetail } from "./trail.ts";

const UNKNOWN_TYPE = "must be an event type of 1.0, or ext.<reversed domain>.<word>";
const EXT_TYPE = new RegExp(patterns.extType, "u");
const extType = z
	.templateLiteral(["ext.", z.string()])
	.refine((value) => value.length <= 256 && EXT_TYPE.test(value), {
		message: UNKNOWN_TYPE,
		params: { rule: "unknown_type" },
	})
	.meta({ pattern: patterns.extType, maxLength: 256 });

const labels = z
	.record(z.string().regex(new RegExp(patterns.labelKey, "u")), text(256))
	.refine((value) => Object.keys(value).length > 0, {
		message: "must have at least one label; leave the member out instead",
		params: { rule: "empty_block" },
	})
	.refine((value) => Object.keys(value).length <= 16, {
		message: "must have at most 16 labels",
		params: { rule: "too_many" },
	})
	.meta({ kind: "labels", minProperties: 1, maxProperties: 16 });

/** Every member of an event, in the order in which it is stored. */
export const members = {
	schema_version: field(
		z.literal(SCHEMA_VERSION).meta({ kind: "const" }),
		"`<major>.<minor>` of this format.",
		{ same: "OTEP audit.schema.version" },
	),
	id: field(
		id7,
		"Unique; the deduplication key downstream. Its time bits are a hint: order is `integrity.sequence`.",
		{ same: "ECS event.id · OCSF metadata.uid · CloudEvents id" },
	),
	time: field(
		time,
		"When it happened, by the recorder's clock; for an outcome, when it was known.",
		{ same: "ECS @timestamp · OCSF time · OTel Timestamp" },
	),
	type: field(
		z
			.union([z.enum(eventTypes), extType], {
				error: UNKNOWN_TYPE,
			})
			.meta({ kind: "type" }),
		"What kind of fact; an application's own is `ext.<reversed domain>.<word>`.",
		{ same: "OTel EventName · CloudEvents type" },
	),
	phase: maybe(
		closed(["intent", "outcome"]),
		"intent = before a request acts, outcome = exactly one; required on `mcp.request`, absent elsewhere.",
		{ same: "k8s stage" },
	),
	severity: field(closed(severities), "From type and outcome by a table; policy may raise it.", {
		same: "OCSF severity_id 1..5",
	}),
	observed_time: maybe(
		time,
		"When the recorder learned it, if later than `time` (inferred expiry, late report).",
		{ same: "OTel ObservedTimestamp · OCSF logged_time" },
	),
	start_time: maybe(time, "When the request, connection or first of `count` was seen.", {
		same: "ECS event.start · OCSF start_time",
	}),
	duration_us: maybe(int(), "Microseconds by the monotonic clock; not `time − start_time`.", {
		same: "ECS event.duration · OCSF duration",
	}),
	count: maybe(
		int(1),
		"This event stands for so many alike, from `start_time` to `time`, and shows the first; absent = 1.",
		{ same: "OCSF count · CEF cnt" },
	),
	outcome: maybe(outcome, "How it ended."),
	actor: maybe(actor, "Who did it."),
	target: maybe(target, "What it was done to."),
	mcp: maybe(mcp, "The Model Context Protocol's own words about the message."),
	operation: maybe(operation, "Which logical call it belongs to."),
	trace: maybe(trace, "The span made here."),
	request: maybe(request, "What it was asked with."),
	response: maybe(response, "What came back."),
	redactions: maybe(list(redaction, 32), "What policy removed."),
	recording: maybe(recording, "What was allowed to be kept, and by which rule."),
	network: maybe(network, "Where it came from and went to; absent on stdio."),
	...trafficDetail,
	...trailDetail,
	labels: maybe(labels, "The operator's and application's own facts.", { same: "ECS labels" }),
	producer: field(producer, "Who recorded it."),
	integrity: field(integrity, "Place in the chain; put on by the trail."),
};

const { integrity: _, ...auditMembers } = members;
const { schema_version: _version, producer: _producer, ...newMembers } = auditMembers;

/** What is stored and sent. */
export const storedEvent = z.strictObject(members).check(writerRules);
/** An event before the trail gives it a place in the chain. */
export const auditEvent = z.strictObject(auditMembers).check(writerRules);
/** What an observer or an application hands over; `id` and `time` are optional. */
export const newEvent = z
	.strictObject({
		...newMembers,
		id: z.exactOptional(newMembers.id),
		time: z.exactOptional(newMembers.time),
	})
	.check(writerRules);
