import type { Verdict } from "@mcp-trail/audit";

/** What a failure over HTTP means for the events, and what to do about it. */
export interface HttpFault {
	readonly verdict: Verdict;
	readonly means: string;
	readonly remedy: string;
}

const retry = (means: string, remedy: string): HttpFault => ({ verdict: "retry", means, remedy });
const hold = (means: string, remedy: string): HttpFault => ({ verdict: "hold", means, remedy });
const reject = (means: string, remedy: string): HttpFault => ({ verdict: "reject", means, remedy });

/** Failures that every sink over HTTP has, by their code; docs/http-sinks.md is held equal to it by a test. */
export const httpFaults = {
	aborted: retry("The write was called off.", "Nothing to do; the lane sends again."),
	answer_too_large: retry(
		"The answer is too long to read.",
		"Check that `url` is the destination's.",
	),
	answer_unreadable: retry(
		"The answer is not what the destination documents, so nothing counts as delivered.",
		"Check that `url` is the destination's and that nothing in between answers for it.",
	),
	client_error: retry("An undocumented 4xx answer.", "Read the destination's own log."),
	closed: retry("The sink is closed.", "Close the audit before its sinks."),
	connection_failed: retry(
		"The connection failed or was cut.",
		"Check `url` and that the destination runs.",
	),
	event_refused: reject(
		"One event alone was refused, while others were taken.",
		"See the dead letter; more of a batch are halved first.",
	),
	event_too_large: reject(
		"One event alone is above the destination's limit.",
		"Lower what the policy keeps, or raise the limit at both ends.",
	),
	event_unprojectable: reject(
		"The format gave nothing that this destination takes for the event.",
		"Choose a format that this destination documents.",
	),
	forbidden: hold("Answer 403.", "Give the credentials the right to write there."),
	name_not_found: retry("The host name cannot be resolved.", "Check `url` and the name server."),
	not_found: hold("Answer 404 or 410.", "Check the path of `url`."),
	proxy_refused: retry(
		"The proxy did not open a connection to the destination.",
		"Check `proxy` and what it permits; nothing was sent.",
	),
	proxy_unauthorized: hold("Answer 407.", "Check `proxy.username` and `proxy.password`."),
	redirected: hold(
		"An answer 3xx; it is not followed, so that credentials go nowhere else.",
		"Set `url` to the address that the destination is really at.",
	),
	refuses_all: hold(
		"An event alone was refused, and the probe event in its place too, so no event is at fault.",
		"Compare the names in the options, and the destination's table or rule, with schemas/siem/.",
	),
	request_refused: hold(
		"An answer 400, 405, 406, 411, 415, 426 or 431 to the request as a whole, not to an event.",
		"Check `url`, the destination's version and whatever stands in between.",
	),
	request_timeout: retry(
		"No complete answer within `timeoutMs`, or answer 408.",
		"Check that the destination is not overloaded.",
	),
	secret_unreadable: hold(
		"A secret's variable or file is missing or empty, or the secret cannot stand in a header.",
		"Set it; it is read again for each request.",
	),
	server_error: retry("An answer 5xx.", "Read the destination's own log."),
	throttled: retry("Answer 425 or 429.", "Raise the destination's quota if this lasts."),
	tls_failed: hold(
		"The TLS handshake failed.",
		"Check `tls` and the name and date of the server's certificate.",
	),
	token_refused: hold(
		"The token endpoint refuses the credentials.",
		"Check them, that they have not expired, and this machine's clock.",
	),
	too_large: reject(
		"Answer 413 to one event alone; more are halved first.",
		"Raise the destination's limit, or lower what the policy keeps.",
	),
	unauthorized: hold("Answer 401.", "Check the credentials; they are read again for each request."),
} as const satisfies Readonly<Record<string, HttpFault>>;

/** A code of {@link httpFaults}. */
export type HttpFaultCode = keyof typeof httpFaults;

const byStatus: Readonly<Record<number, HttpFaultCode>> = {
	400: "request_refused",
	401: "unauthorized",
	403: "forbidden",
	404: "not_found",
	405: "request_refused",
	406: "request_refused",
	407: "proxy_unauthorized",
	408: "request_timeout",
	410: "not_found",
	411: "request_refused",
	413: "too_large",
	415: "request_refused",
	425: "throttled",
	426: "request_refused",
	429: "throttled",
	431: "request_refused",
};

/** What a status outside 200–299 means where the destination documents nothing else. */
export function faultOfStatus(status: number): HttpFaultCode {
	const known = byStatus[status];
	if (known !== undefined) return known;
	if (status >= 500) return "server_error";
	if (status >= 400) return "client_error";
	return status >= 300 ? "redirected" : "answer_unreadable";
}

const TLS =
	/^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_CA$|HOSTNAME_MISMATCH$|EPROTO$)/u;

/** What a failed exchange means, by the code of the error that Node gave. */
export function faultOfCode(code: string): HttpFaultCode {
	if (code === "ERR_INVALID_CHAR") return "secret_unreadable";
	if (code === "PROXY_REFUSED") return "proxy_refused";
	if (code === "PROXY_UNAUTHORIZED") return "proxy_unauthorized";
	if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "name_not_found";
	return TLS.test(code) ? "tls_failed" : "connection_failed";
}
