import type { SinkError } from "@mcp-trail/audit";
import type { Encoded } from "./encoded.ts";
import type { HttpPoster } from "./poster.ts";

/** How {@link fairSend} sends and judges. */
export interface FairSending {
	/** Sends a body of these; gives undefined when it was taken, what to say when it was refused for what it holds; rejects for anything else. */
	readonly post: (bodies: readonly Uint8Array[]) => Promise<Refused | undefined>;
	/** The probe event, encoded. */
	readonly probe: () => Uint8Array;
}

/** An answer that refuses a body for what it holds. */
interface Refused {
	/** The error when the event is at fault. */
	readonly event: () => SinkError;
	/** The error when everything is refused. */
	readonly all: () => SinkError;
}

/** What a 400 or 413 says of a body; only `details` are quoted, as its message may hold what an event says. */
export function refusedBody(
	{ fault }: Pick<HttpPoster, "fault">,
	details: { readonly status: number; readonly said?: string },
): Refused {
	const code = details.status === 413 ? "too_large" : "event_refused";
	return { event: () => fault(code, details), all: () => fault("refuses_all", details) };
}

/** Sends the probe event; rejects as what refuses all where it is refused. */
export async function fairProbe({ post, probe }: FairSending): Promise<void> {
	const refused = await post([probe()]);
	if (refused !== undefined) throw refused.all();
}

/**
 * Makes the `send` of one write to a destination whose refusals do not tell a bad event from a wrong setting: an
 * event alone is blamed only once the destination has taken something else in this write, if need be the probe event.
 */
export function fairSend({
	post,
	probe,
}: FairSending): (part: readonly Encoded[]) => Promise<readonly []> {
	let takesOthers = false;
	return async (part) => {
		const refused = await post(part.map(({ bytes }) => bytes));
		if (refused === undefined) {
			takesOthers = true;
			return [];
		}
		if (part.length > 1) throw refused.event();
		takesOthers ||= (await post([probe()])) === undefined;
		throw takesOthers ? refused.event() : refused.all();
	};
}
