import type { RefusedItem, Sink } from "@mcp-trail/audit";
import type { SealedEvent } from "@mcp-trail/integrity";
import { checkCount, optionCheck } from "./http/http-options.ts";
import { probeEvent } from "./probe-event.ts";
import { relpSession } from "./relp/relp-session.ts";
import { checkConnection, type ConnectionOptions } from "./syslog/connection-options.ts";
import { dialer } from "./syslog/dial.ts";
import { faultMaker } from "./syslog/fault-maker.ts";
import { lineMaker, type LineOptions } from "./syslog/lines.ts";
import { turns } from "./turns.ts";
import { within } from "./within.ts";

export type { HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";
export type { ConnectionOptions } from "./syslog/connection-options.ts";
export type { LineFormatName, LineOptions } from "./syslog/lines.ts";

/** How {@link relpSink} reaches its receiver. */
export interface RelpSinkOptions extends ConnectionOptions, LineOptions {
	/** RELP has no registered port: what the receiver's input is set to. */
	readonly port: number;
	/** @default "tls" */
	readonly transport?: "tls" | "tcp";
	/** Messages under way without an acknowledgement. @default 128 */
	readonly window?: number;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "relp" */
	readonly name?: string;
}

const MAX_EVENTS = 500;

/**
 * Sends events as syslog messages over RELP, each acknowledged: at least once, in order. The acknowledgement means that the receiver
 * has put the message into its queue. rsyslog's default queue is memory, which a kill or a power loss takes with
 * it; only with `queue.type="Direct"`, or a disk queue that is synced, is what it acknowledged on its way to the disk.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { relpSink } from "@mcp-trail/sinks/relp";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [relpSink({ host: "rsyslog.example.com", port: 20514, tls: { ca: { file: "/etc/ssl/syslog-ca.pem" } } })],
 * });
 * ```
 */
export function relpSink(options: RelpSinkOptions): Sink {
	const { transport = "tls", host, port, tls, timeoutMs = 15_000, window = 128 } = options;
	const { name = "relp" } = options;
	const check = optionCheck("relpSink");
	checkConnection(check, { ...options, transport, name }, ["tls", "tcp"]);
	checkCount(check, "window", window);
	const toLines = lineMaker("relpSink", check, options);

	const faults = faultMaker(`The RELP receiver at ${host}:${port} (${transport})`);
	const dial = dialer({ transport, host, port, tls, timeoutMs, faults });
	const session = relpSession({ dial, faults, window, timeoutMs });
	const inTurn = turns();
	let closed = false;

	async function deliver(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
		const { lines, refused } = toLines(batch);
		const messages = lines.map(({ bytes }) => bytes);
		const left = lines.length === 0 ? undefined : await session.send(messages, signal);
		if (left === undefined) {
			if (refused.length > 0) throw faults.refusal(refused);
			return;
		}
		const { verdict, code } = left.error;
		const waiting = left.indexes.flatMap((at): RefusedItem[] => {
			const index = lines[at]?.index;
			return index === undefined ? [] : [{ index, verdict, code }];
		});
		const items = [...waiting, ...refused].toSorted((a, b) => a.index - b.index);
		throw items.length === batch.length && refused.length === 0
			? left.error
			: Object.assign(left.error, { items });
	}

	async function attempt(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
		return inTurn(async () => {
			if (closed) throw faults.fault("closed");
			if (signal.aborted) throw faults.fault("aborted");
			await work();
		});
	}

	return {
		name,
		delivery: "at_least_once",
		ordered: true,
		limits: { events: MAX_EVENTS, inFlight: 1 },
		write: async (batch, signal) => attempt(signal, async () => deliver(batch, signal)),
		probe: async (signal) =>
			attempt(signal, async () => {
				await session.renew(signal);
				await deliver([probeEvent()], signal);
			}),
		close: async (signal) => {
			if (closed) return;
			closed = true;
			const closing = inTurn(async () => session.close(signal));
			await within(closing, timeoutMs, signal, () => faults.fault("ack_timeout"));
		},
	};
}
