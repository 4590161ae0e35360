import {
	SCHEMA_VERSION,
	UUID7_RANDOM_BYTES,
	bounds,
	inMemberOrder,
	patterns,
	timeText,
	uuid7,
	type AuditEvent,
	type NewEvent,
	type Producer,
} from "@mcp-trail/event";
import type { System } from "../system.ts";

/** Randomness for so many ids is drawn at once. */
const IDS_PER_DRAW = 256;

export interface CompletionOptions {
	readonly producer: Producer;
	/** The operator's own facts, put on every event; they win over an event's own. */
	readonly labels?: Readonly<Record<string, string>>;
	readonly system: System;
}

/** Makes what completes events: id, schema version, producer, labels, and the time where it is absent. The event itself is left as it is. */
export function completion(options: CompletionOptions): (event: NewEvent) => AuditEvent {
	const { producer, labels, system } = options;
	let pool: Uint8Array = new Uint8Array(0);
	let used = 0;

	const newId = (nowMs: number): string => {
		if (used >= pool.length) {
			pool = system.random(UUID7_RANDOM_BYTES * IDS_PER_DRAW);
			used = 0;
		}
		const offset = used;
		used += UUID7_RANDOM_BYTES;
		return uuid7(nowMs, pool, offset);
	};

	return (event) => {
		const nowMs = system.clock.nowMs();
		// Half the cost of the loop below; a time that stands elsewhere in the event keeps the place it has here.
		if (labels === undefined && isUsual(event)) {
			const { time = "" } = event;
			return { schema_version: SCHEMA_VERSION, id: newId(nowMs), time, ...event, producer };
		}
		const whole: Members = {
			schema_version: SCHEMA_VERSION,
			// What is no id would make an event that no reader takes.
			id: typeof event.id === "string" && id7.test(event.id) ? event.id : newId(nowMs),
			time: event.time ?? timeText(nowMs),
		};
		// A loop: spreading several objects into one costs fifty times as much.
		if (isMembers(event)) {
			for (const name in event) if (!ours.has(name)) whole[name] = event[name];
		}
		if (labels !== undefined) whole["labels"] = merged(event.labels, labels);
		whole["producer"] = producer;
		if (!isWhole(whole)) throw new TypeError("an event without a type cannot be completed");
		// Requests are built in order, and are nearly everything; others may come from an application.
		return whole.type === "mcp.request" ? whole : inMemberOrder(whole);
	};
}

const id7 = new RegExp(patterns.id7, "u");

type Members = Record<string, unknown>;

/** What an event cannot bring along. */
const ours: ReadonlySet<string> = new Set([
	"schema_version",
	"id",
	"time",
	"producer",
	"integrity",
]);

/** A request as observers build it: in order, with its time, and without what is added here. */
const isUsual = (event: NewEvent): boolean =>
	event.type === "mcp.request" &&
	typeof event.time === "string" &&
	!("id" in event) &&
	!("schema_version" in event) &&
	!("producer" in event) &&
	!("integrity" in event);

const isMembers = (value: object): value is Members => typeof value === "object";
const isWhole = (value: object): value is AuditEvent => "type" in value && "producer" in value;

/** The operator's labels and as many of the event's own as there is room for. */
function merged(
	own: AuditEvent["labels"],
	operators: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
	if (own === undefined) return operators;
	const room = bounds.items.labels - Object.keys(operators).length;
	const kept = Object.entries(own).filter(([key]) => !Object.hasOwn(operators, key));
	return { ...operators, ...Object.fromEntries(kept.slice(0, room)) };
}
