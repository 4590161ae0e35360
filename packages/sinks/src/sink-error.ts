import type { RefusedItem, SinkError, Verdict } from "@mcp-trail/audit";

/** What a {@link SinkError} may say beyond its code, verdict and message. */
export interface SinkErrorDetails {
	readonly cause?: unknown;
	readonly retryAfterMs?: number | undefined;
	readonly items?: readonly RefusedItem[];
}

/** Builds the error by which a sink says that a batch, or a part of it, was not delivered. */
export function sinkError(
	code: string,
	verdict: Verdict,
	message: string,
	{ cause, retryAfterMs, items }: SinkErrorDetails = {},
): SinkError {
	return Object.assign(new Error(message, cause === undefined ? {} : { cause }), {
		name: "SinkError",
		code,
		verdict,
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
		...(items === undefined ? {} : { items }),
	});
}

/** Tells a sink error, whoever made it, by its shape. */
export function isSinkError(error: unknown): error is SinkError {
	return error instanceof Object && "verdict" in error && typeof error.verdict === "string";
}
