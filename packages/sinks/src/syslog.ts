import type { Sink } from "@mcp-trail/audit";
import { checkCount, optionCheck } from "./http/http-options.ts";
import { probeEvent } from "./probe-event.ts";
import { checkConnection, type ConnectionOptions } from "./syslog/connection-options.ts";
import { datagramSession } from "./syslog/datagram-session.ts";
import { dialer } from "./syslog/dial.ts";
import { faultMaker } from "./syslog/fault-maker.ts";
import { lineMaker, type LineOptions, type Lines } from "./syslog/lines.ts";
import { streamSession } from "./syslog/stream-session.ts";
import { turns } from "./turns.ts";
import { within } from "./within.ts";

export type { HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";
export type { ConnectionOptions } from "./syslog/connection-options.ts";
export type { LineFormatName, LineOptions } from "./syslog/lines.ts";

/** How {@link syslogSink} reaches its receiver. */
export interface SyslogSinkOptions extends ConnectionOptions, LineOptions {
	/** TLS (RFC 5425) and TCP with octet counting (RFC 6587 §3.4.1), UDP with one datagram a message (RFC 5426). @default "tls" */
	readonly transport?: "tls" | "tcp" | "udp";
	/** @default 6514 for tls, 514 for tcp and udp */
	readonly port?: number;
	/**
	 * TCP and TLS: bytes of the last 30 seconds that are sent again when a connection was lost, because what the system took
	 * may not have arrived; the repeats have the same id. 0: none. @default 4_194_304
	 */
	readonly resendBytes?: number;
	/** UDP: no more than so many a second, because receivers drop what comes in bursts. @default 1_000 */
	readonly datagramsPerSecond?: number;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "syslog" */
	readonly name?: string;
}

/** Largest datagram that IPv4 carries. */
const MAX_DATAGRAM_BYTES = 65_507;
const MAX_EVENTS = 500;

/**
 * Sends events to a syslog receiver: best effort, because syslog acknowledges nothing. A connection that was lost costs what lay in
 * the receiver's memory; stream, sequence and hash in each message make a gap visible. Nothing is cut: what is above
 * `maxBytes` is shortened by the format, which says so, or refused.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { syslogSink } from "@mcp-trail/sinks/syslog";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [syslogSink({ host: "syslog.example.com", tls: { ca: { file: "/etc/ssl/syslog-ca.pem" } } })],
 * });
 * ```
 */
export function syslogSink(options: SyslogSinkOptions): Sink {
	const {
		transport = "tls",
		host,
		port = transport === "tls" ? 6_514 : 514,
		tls,
		timeoutMs = 15_000,
		resendBytes = 4_194_304,
		datagramsPerSecond = 1_000,
		name = "syslog",
	} = options;
	const check = optionCheck("syslogSink");
	checkConnection(check, { ...options, transport, port, name }, ["tls", "tcp", "udp"]);
	const resends = Number.isSafeInteger(resendBytes) && resendBytes >= 0;
	check(resends, "resendBytes", "takes a whole number from 0");
	checkCount(check, "datagramsPerSecond", datagramsPerSecond);
	const fits = transport !== "udp" || (options.maxBytes ?? 0) <= MAX_DATAGRAM_BYTES;
	check(fits, "maxBytes", "takes at most 65,507 with UDP");
	const toLines = lineMaker("syslogSink", check, options);

	const place = `The syslog receiver at ${host}:${port} (${transport})`;
	const faults = faultMaker(place);
	const wire =
		transport === "udp"
			? datagramSession({ host, port, perSecond: datagramsPerSecond, timeoutMs, faults })
			: streamSession(dialer({ transport, host, port, tls, timeoutMs, faults }), resendBytes);
	const inTurn = turns();
	let closed = false;

	async function attempt(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
		return inTurn(async () => {
			if (closed) throw faults.fault("closed");
			if (signal.aborted) throw faults.fault("aborted");
			await work();
		});
	}

	return {
		name,
		delivery: "best_effort",
		ordered: true,
		limits: { events: MAX_EVENTS, inFlight: 1 },
		write: async (batch, signal) =>
			attempt(signal, async () => {
				const { lines, refused } = toLines(batch);
				if (lines.length > 0) await wire.send(messagesOf(lines), signal);
				if (refused.length > 0) throw faults.refusal(refused);
			}),
		probe: async (signal) =>
			attempt(signal, async () => {
				await wire.renew(signal);
				await wire.send(messagesOf(toLines([probeEvent()]).lines), signal);
				await wire.permitted(signal);
			}),
		close: async (signal) => {
			if (closed) return;
			closed = true;
			const closing = inTurn(async () => wire.close(signal));
			await within(closing, timeoutMs, signal, () => faults.fault("send_timeout"));
		},
	};
}

function messagesOf(lines: Lines["lines"]): readonly Uint8Array[] {
	return lines.map(({ bytes }) => bytes);
}
