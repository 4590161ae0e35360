import type { AuditEvent } from "@mcp-trail/event";
import { AuditError } from "../audit-error.ts";
import type { Lane } from "../delivery/lane.ts";
import { late, unlessAborted } from "../delivery/waiting.ts";
import type { Timers } from "../system.ts";
import type { Position } from "../trail.ts";

export interface Need {
	readonly sinks: number;
	readonly withinMs: number;
}

export interface SecuredOptions {
	readonly timers: Timers;
	readonly lanes: readonly Lane[];
	/** Settles when the trail is open; rejects when it cannot take events. */
	opened(): Promise<void>;
	append(event: AuditEvent): Promise<Position>;
}

/**
 * Waits until an event is durable and at `need.sinks` sinks that acknowledge (`best_effort` ones do not count), or
 * rejects. The caller's signal counts until the event is handed to the trail; after that only `need.withinMs` does.
 */
export async function secured(
	event: AuditEvent,
	need: Need,
	signal: AbortSignal,
	options: SecuredOptions,
): Promise<Position> {
	const lanes = options.lanes.filter(({ sink }) => sink.delivery !== "best_effort");
	if (need.sinks > lanes.length) {
		throw new AuditError(
			"not_enough_sinks",
			`${need.sinks} sinks asked for, ${lanes.length} acknowledge; configure more or ask for fewer`,
		);
	}
	const time = new AbortController();
	const cancel = options.timers.after(need.withinMs, () => time.abort(), { ref: true });
	const tooLate = (what: string): AuditError =>
		new AuditError(
			"deadline",
			`the event was not ${what} within ${need.withinMs} ms; see health()`,
		);
	try {
		if (signal.aborted) throw aborted(signal);
		const opened = await unlessAborted(unlessAborted(options.opened(), signal), time.signal);
		if (signal.aborted) throw aborted(signal);
		if (opened === late) throw tooLate("handed to the trail");
		const position = await unlessAborted(options.append(event), time.signal);
		if (position === late) throw tooLate("durable");
		await quorum(lanes, need.sinks, position, time.signal, tooLate);
		return position;
	} finally {
		cancel();
		time.abort();
	}
}

const aborted = (signal: AbortSignal): AuditError =>
	new AuditError("aborted", "given up before the event was handed to the trail", signal.reason);

/** Resolves when so many lanes have delivered the position; rejects once they cannot any more. */
function quorum(
	lanes: readonly Lane[],
	sinks: number,
	position: Position,
	signal: AbortSignal,
	tooLate: (what: string) => AuditError,
): Promise<void> {
	if (sinks <= 0) return Promise.resolve();
	return new Promise((resolve, reject) => {
		let missing = sinks;
		let open = lanes.length;
		const settle = (there: boolean): void => {
			open -= 1;
			if (there) missing -= 1;
			if (missing === 0) resolve();
			else if (signal.aborted) reject(tooLate(`at ${sinks} sinks`));
			else if (open < missing) {
				reject(
					new AuditError(
						"sink_refused",
						`too few sinks are left that took the event; see health().lanes`,
					),
				);
			}
		};
		for (const lane of lanes) {
			lane.reached(position, signal).then(settle, () => settle(false));
		}
	});
}
