import type { Verdict } from "@mcp-trail/audit";

/** What a failure on a connection means for the events, and what to do about it. */
export interface StreamFault {
	readonly verdict: Verdict;
	readonly means: string;
	readonly remedy: string;
}

const retry = (means: string, remedy: string): StreamFault => ({ verdict: "retry", means, remedy });
const hold = (means: string, remedy: string): StreamFault => ({ verdict: "hold", means, remedy });
const reject = (means: string, remedy: string): StreamFault => ({
	verdict: "reject",
	means,
	remedy,
});

/** Failures of the sinks for syslog and RELP, by their code; docs/syslog-sinks.md is held equal to it by a test. */
export const streamFaults = {
	aborted: retry("The write was called off.", "Nothing to do; the lane sends again."),
	ack_timeout: retry(
		"No acknowledgement came within `timeoutMs`.",
		"Check that the receiver's queue is not full.",
	),
	certificate_expired: hold(
		"The receiver's certificate is expired, or not valid yet.",
		"Renew it, or set the clock right.",
	),
	certificate_untrusted: hold(
		"The receiver's certificate is not signed by an authority that is trusted here.",
		"Set `tls.ca` to the authority that signed it.",
	),
	certificate_wrong_name: hold(
		"The receiver's certificate is for another name.",
		"Set `host` or `tls.serverName` to a name in it.",
	),
	client_certificate_refused: hold(
		"The receiver does not accept the client certificate, or none was shown.",
		"Set `tls.cert` and `tls.key` to one that the receiver permits.",
	),
	closed: retry("The sink is closed.", "Close the audit before its sinks."),
	closed_by_receiver: retry(
		"The receiver closed the connection.",
		"Read its log: it may restart, or not permit this client's certificate or address.",
	),
	connect_timeout: retry(
		"No connection within `timeoutMs`.",
		"Check `host`, `port`, and that the receiver speaks what `transport` says.",
	),
	connection_failed: retry(
		"The connection failed or was cut.",
		"Check `host`, `port` and that the receiver runs.",
	),
	event_too_large: reject(
		"One event alone is above `maxBytes`, or above what this system sends in a datagram.",
		"Choose a format that can shorten it, or raise the limit at both ends.",
	),
	event_unprojectable: reject(
		"The format gave nothing that can be sent as one message.",
		"Choose a format that gives one line of text.",
	),
	name_not_found: retry("The host name cannot be resolved.", "Check `host` and the name server."),
	protocol_error: retry(
		"The receiver's answer is not RELP.",
		"Check that `port` is a RELP receiver's and `transport` is what it speaks.",
	),
	relp_refused: retry(
		"The receiver answered that it did not take a message.",
		"Read its log; nothing in RELP says that an event is refused for good.",
	),
	relp_unsupported: hold(
		"The receiver does not offer the command `syslog`.",
		"Connect to a RELP receiver that takes syslog messages.",
	),
	secret_unreadable: hold(
		"A certificate's or key's variable or file is missing or empty.",
		"Set it; it is read again for each connection.",
	),
	send_timeout: retry(
		"The receiver did not take the messages within `timeoutMs`.",
		"Check that it is not overloaded.",
	),
	tls_failed: hold(
		"TLS could not be set up.",
		"Check `tls`, that the receiver speaks TLS on `port`, and whether it demands a client certificate.",
	),
} as const satisfies Readonly<Record<string, StreamFault>>;

/** A code of {@link streamFaults}. */
export type StreamFaultCode = keyof typeof streamFaults;

const CERTIFICATES: readonly (readonly [RegExp, StreamFaultCode])[] = [
	[/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/u, "certificate_expired"],
	[/^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/u, "certificate_wrong_name"],
	[
		/^(?:CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_(?:CA|PURPOSE)$)/u,
		"certificate_untrusted",
	],
	// An alert speaks of our certificate: of the receiver's Node itself tells.
	[/^ERR_SSL_.*ALERT_.*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/u, "client_certificate_refused"],
	[/^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$)/u, "tls_failed"],
	[/^(?:ENOTFOUND|EAI_AGAIN)$/u, "name_not_found"],
	// A datagram that this system does not carry, whatever `maxBytes` says: it never will.
	[/^EMSGSIZE$/u, "event_too_large"],
];

/** What a failed connection means, by the code of the error that Node gave. */
export function streamFaultOf(code: string): StreamFaultCode {
	return CERTIFICATES.find(([pattern]) => pattern.test(code))?.[1] ?? "connection_failed";
}
