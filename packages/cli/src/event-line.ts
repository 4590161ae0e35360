import type { StoredEvent } from "@mcp-trail/event";
import { escape } from "./escape.ts";
import { duration } from "./numbers.ts";

/** One event in one readable line: time, type, who, what it was about, how it ended, how long it took. */
export function eventLine(line: Uint8Array): string {
	const text = Buffer.from(line).toString();
	try {
		const value: unknown = JSON.parse(text);
		if (isObject(value)) return describe(value);
	} catch {
		// Shown as it is.
	}
	return `not an event: ${escape(text, 120)}`;
}

function describe(event: Loose<StoredEvent>): string {
	const parts = [
		escape(event.time ?? "", 24),
		words([event.type, event.phase], 96),
		who(event),
		about(event),
		outcome(event),
		event.duration_us === undefined ? "" : duration(event.duration_us),
		event.count === undefined ? "" : `×${escape(event.count)}`,
	];
	return parts.filter((part) => part !== "").join("  ");
}

function words(parts: readonly unknown[], maxCharacters: number): string {
	return parts
		.filter((part) => part !== undefined)
		.map((part) => escape(part, maxCharacters))
		.join(" ");
}

/** A line may be of any version, or be forged: nothing is sure to be there or of its type. */
type Loose<T> = T extends object ? { readonly [K in keyof T]?: Loose<T[K]> } : T;

function isObject(value: unknown): value is Loose<StoredEvent> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function who({ actor }: Loose<StoredEvent>): string {
	const { principal, client } = actor ?? {};
	const id = principal?.id ?? principal?.id_digest;
	const name = id === undefined ? principal?.type : `${principal?.type}:${id}`;
	const via = client?.name === undefined ? undefined : `via ${client.name}`;
	return words([name, via], 64);
}

function about(event: Loose<StoredEvent>): string {
	const { mcp, target, loss, recovery, prune, checkpoint, sink, config } = event;
	const what = [
		mcp?.method,
		target?.name ?? target?.uri ?? target?.uri_digest,
		loss && `${loss.events} lost: ${loss.cause}`,
		recovery && `${recovery.stream_id} up to ${recovery.last_sequence}`,
		prune && `${prune.stream_id} up to ${prune.last_sequence}`,
		checkpoint && `${checkpoint.events} events`,
		sink && `${sink.name}: ${sink.events} events, ${sink.code}`,
		config?.mode,
	];
	return words(what, 128);
}

function outcome({ outcome: ended }: Loose<StoredEvent>): string {
	if (ended === undefined) return "";
	const { status, reason, executed } = ended;
	const ran = executed === undefined ? undefined : `executed:${executed}`;
	return words([status, reason, ran], 64);
}
