import {
	cleanText,
	inMemberOrder,
	type NewEvent,
	type Outcome,
	type Reason,
	type SubscriptionDetail,
} from "@mcp-trail/event";
import { derived } from "../audited/derived.ts";
import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";
import { ACKNOWLEDGED, subscriptionOf, tally, topicsOf } from "../subscriptions/tally.ts";
import { peek } from "./peek.ts";
import { frames } from "./sse.ts";

/** Watches the answer to a `subscriptions/listen` that no transport inside the edge has seen. */
export interface WatchedStream {
	see(chunk: Uint8Array): void;
	/** The stream has ended, whoever ended it; twice is harmless. */
	ended(): void;
}

/** What an edge makes of a listen request: its event by how it ended, and where events go. */
export interface ListenRecord {
	readonly id: string | number | undefined;
	/** False: the answer is one frame of JSON. */
	readonly isStream: boolean;
	/** False: it is packed, and nobody unpacks it here. */
	readonly isReadable: boolean;
	readonly describe: (outcome: Outcome) => NewEvent;
	readonly record: (event: NewEvent) => void;
}

/** Errors that say of a stream that it was never opened. */
const refusals: ReadonlyMap<unknown, Reason> = new Map([
	[-32602, "invalid_params"],
	[-32021, "missing_capability"],
]);

function outcomeOf(answer: JsonObject | undefined, isRead: boolean): Outcome {
	const http_status = 200;
	// Something was answered, and nobody here can say what.
	if (answer === undefined && !isRead)
		return { status: "unknown", reason: "stream_closed", executed: "unknown", http_status };
	if (answer === undefined)
		return { status: "cancelled", reason: "stream_closed", executed: "yes", http_status };
	const { error } = answer;
	if (!isObject(error)) return { status: "success", executed: "yes", http_status };
	const { code } = error;
	const rpc = Number.isSafeInteger(code) ? { rpc_code: Number(code) } : {};
	const reason = refusals.get(code);
	return reason !== undefined
		? {
				status: "rejected",
				layer: "protocol",
				reason,
				executed: "no",
				...rpc,
				http_status,
			}
		: {
				status: "failure",
				layer: "handler",
				reason: "internal_error",
				executed: "unknown",
				...rpc,
				http_status,
			};
}

/** Makes the events of one listen request: granted, and ended with what was carried. */
export function watchListen({
	id,
	isStream,
	isReadable,
	describe,
	record,
}: ListenRecord): WatchedStream {
	const counted = tally();
	let name = id;
	let topics: readonly string[] = [];
	let isOpen = false;
	let isEnded = false;
	let answer: JsonObject | undefined;

	const detail = (isWhole: boolean): SubscriptionDetail => ({
		id: cleanText(String(name), 128) ?? "?",
		...(topics.length > 0 && { topics }),
		...(isWhole && counted.counts()),
	});
	const event = (outcome: Outcome): NewEvent => {
		const { mcp, ...rest } = describe(outcome);
		const requestId = cleanText(String(name), 128);
		return {
			...rest,
			...(mcp && { mcp: { ...mcp, ...(requestId !== undefined && { request_id: requestId }) } }),
		};
	};
	const told = (type: "mcp.subscription.opened" | "mcp.subscription.closed"): void => {
		const from = event({ status: "success", executed: "yes" });
		record(
			derived(type, from, {
				target: { kind: "subscription" },
				subscription: detail(type.endsWith("closed")),
			}),
		);
	};

	function take(frame: JsonObject): void {
		const { method, params } = frame;
		if (typeof method !== "string") {
			if ("result" in frame || "error" in frame) answer = frame;
			return;
		}
		const said = isObject(params) ? params : undefined;
		if (method !== ACKNOWLEDGED) return counted.note(said);
		if (isOpen) return;
		isOpen = true;
		name = subscriptionOf(said) ?? name;
		topics = topicsOf(said);
		told("mcp.subscription.opened");
	}

	function unread(): void {
		if (isOpen) counted.note(undefined);
	}

	const body = isStream ? undefined : peek();
	const see = body === undefined ? frames(take, unread) : (chunk: Uint8Array) => body.see(chunk);
	return {
		see: isReadable ? see : () => undefined,
		ended() {
			if (isEnded) return;
			isEnded = true;
			answer ??= body?.frame();
			record(
				inMemberOrder({
					...event(outcomeOf(answer, isStream && isReadable)),
					subscription: detail(true),
				}),
			);
			if (isOpen && answer === undefined) told("mcp.subscription.closed");
		},
	};
}
