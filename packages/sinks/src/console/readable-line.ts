import { cleanText } from "@mcp-trail/event";
import type { SealedEvent } from "@mcp-trail/integrity";

/** One line for people: when, what, how it ended, on what, by whom, how long, and its place in the stream. */
export function readableLine({ event, sequence }: SealedEvent): string {
	const { time, type, phase, outcome, mcp, target, actor, duration_us: micros } = event;
	const ended = outcome && [outcome.status, outcome.reason].filter(Boolean).join(":");
	const words = [
		time,
		type,
		phase === "intent" ? phase : undefined,
		ended,
		mcp?.method,
		target?.name ?? target?.uri,
		actor?.principal?.id ?? actor?.client?.name,
		micros === undefined ? undefined : `${(micros / 1_000).toFixed(1)}ms`,
		event.loss && `${event.loss.events} lost:${event.loss.cause}`,
		`#${sequence}`,
	];
	const line = words.filter((word) => word !== undefined && word !== "").join(" ");
	return cleanText(line, MAX_CHARACTERS) ?? "";
}

const MAX_CHARACTERS = 2_000;
