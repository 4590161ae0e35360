import type { RefusedItem, SinkError } from "@mcp-trail/audit";
import { isSinkError, sinkError } from "../sink-error.ts";
import { type StreamFaultCode, streamFaultOf, streamFaults } from "./stream-faults.ts";

/** What else is known of a failure. */
interface FaultDetails {
	readonly cause?: unknown;
	/** In the receiver's words. */
	readonly said?: string;
	readonly items?: readonly RefusedItem[];
}

/** Builds the errors of one sink. */
export interface FaultMaker {
	fault(code: StreamFaultCode, details?: FaultDetails): SinkError;
	/** The error for events that gave no message, and for nothing else of their batch. */
	refusal(items: readonly RefusedItem[]): SinkError;
	/** Whatever failed, as a {@link SinkError}. */
	classified(error: unknown): SinkError;
}

const MAX_SAID_CHARACTERS = 300;

/** Makes the errors that name one receiver; `place` is how they call it. */
export function faultMaker(place: string): FaultMaker {
	const fault = (
		code: StreamFaultCode,
		{ cause, said = "", items }: FaultDetails = {},
	): SinkError => {
		const { verdict, means, remedy } = streamFaults[code];
		const quoted = said
			.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
			.trim()
			.slice(0, MAX_SAID_CHARACTERS);
		const because = quoted === "" ? "" : ` (${quoted})`;
		return sinkError(code, verdict, `${place}: ${means.replace(/\.$/u, "")}${because}. ${remedy}`, {
			cause,
			...(items === undefined ? {} : { items }),
		});
	};
	return {
		fault,
		refusal: (items) => {
			const tooLarge = items.every(({ code }) => code === "event_too_large");
			return fault(tooLarge ? "event_too_large" : "event_unprojectable", { items });
		},
		classified: (error) => {
			if (isSinkError(error)) return error;
			const code = error instanceof Error && "code" in error ? String(error.code) : "";
			const text = error instanceof Error ? error.message : String(error);
			return fault(streamFaultOf(code), {
				cause: error,
				said: code === "" || text.includes(code) ? text : `${code} ${text}`,
			});
		},
	};
}
