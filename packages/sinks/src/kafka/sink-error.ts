import type { SinkError, Verdict } from "@mcp-trail/audit";
import { type BrokerError, brokerErrors } from "./broker-errors.ts";
import { type Fault, readFault } from "./fault.ts";

/** What the text of an error may name. */
export interface Destination {
	readonly topic: string;
	/** Addresses as configured. */
	readonly brokers: string;
}

/** Builds the error by which a sink says that a batch was not delivered. */
export function sinkError(
	code: string,
	verdict: Verdict,
	message: string,
	cause?: unknown,
): SinkError {
	return Object.assign(new Error(message, cause === undefined ? {} : { cause }), {
		name: "SinkError",
		code,
		verdict,
	});
}

/** Tells an error made by {@link sinkError}, or by anybody else, by its shape. */
function isSinkError(error: unknown): error is SinkError {
	return error instanceof Object && "verdict" in error && typeof error.verdict === "string";
}

/** Says of any error of a Kafka client what it means and what to do; what is unknown is retried. */
export function classify(error: unknown, destination: Destination): SinkError {
	if (isSinkError(error)) return error;
	const fault = readFault(error);
	const { code, verdict, message } =
		byBroker(fault, destination) ?? byConnection(fault, destination) ?? unknown(error, destination);
	return sinkError(code, verdict, message, error);
}

interface Judgement {
	readonly code: string;
	readonly verdict: Verdict;
	readonly message: string;
}

const caution: readonly Verdict[] = ["hold", "retry", "reject"];

function byBroker({ brokerCodes }: Fault, { topic, brokers }: Destination): Judgement | undefined {
	const known = brokerCodes.map((number): [number, BrokerError] => [
		number,
		brokerErrors[number] ?? { name: `BROKER_ERROR_${number}`, verdict: "retry" },
	]);
	// Several partitions may have failed in several ways: nothing is refused while one can be retried.
	for (const verdict of caution) {
		const found = known.find(([, one]) => one.verdict === verdict);
		if (!found) continue;
		const [number, { name, remedy = "", refuses = "records" }] = found;
		const refused =
			refuses === "records"
				? `Kafka refused records for topic ${topic}`
				: `Kafka at ${brokers} refused the credentials`;
		return {
			code: name.toLowerCase(),
			verdict,
			message: `${refused}: ${name} (${number}). ${remedy}`.replaceAll("{topic}", topic).trim(),
		};
	}
	return undefined;
}

const TLS =
	/^(?:ERR_SSL_|ERR_TLS_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_CA$|local_181$)/u;
const CREDENTIALS = /^(?:KafkaJSSASLAuthenticationError|PLT_KFK_AUTHENTICATION|local_169)$/u;
const ADDRESS = /^(?:ENOTFOUND|EAI_AGAIN)$/u;
const NETWORK =
	/^(?:ECONN|ETIMEDOUT|EHOST|ENET|EPIPE|KafkaJSConnection|KafkaJSBrokerNotFound|PLT_KFK_NETWORK|local_195)/u;
const TIMEOUT = /^(?:KafkaJSRequestTimeoutError|PLT_KFK_TIMEOUT|local_192|local_185)$/u;

function byConnection({ codes, names }: Fault, { brokers }: Destination): Judgement | undefined {
	const said = [...codes, ...names];
	const find = (pattern: RegExp): string | undefined => said.find((text) => pattern.test(text));
	if (said.includes("INCOMPLETE_RESPONSE")) {
		return {
			code: "incomplete_response",
			verdict: "retry",
			message:
				"The Kafka client called a batch delivered that was not (leader fail-over). It is sent again.",
		};
	}
	const tls = find(TLS);
	if (tls !== undefined) {
		return {
			code: "tls_failed",
			verdict: "hold",
			message: `TLS with Kafka at ${brokers} failed: ${tls}. Check \`ssl\`: its ca, cert and key, and the host name in the broker's certificate.`,
		};
	}
	if (find(CREDENTIALS) !== undefined) {
		return {
			code: "sasl_authentication_failed",
			verdict: "hold",
			message: `Kafka at ${brokers} refused the credentials. Check \`sasl\`: mechanism, user name and password.`,
		};
	}
	const address = find(ADDRESS);
	if (address !== undefined) {
		return {
			code: "broker_not_found",
			verdict: "retry",
			message: `The name of a Kafka broker cannot be resolved (${address}) in ${brokers}. Check \`brokers\`.`,
		};
	}
	const timeout = find(TIMEOUT);
	if (timeout !== undefined) {
		return {
			code: "request_timeout",
			verdict: "retry",
			message: `Kafka at ${brokers} did not answer in time. Check that the broker is alive and not overloaded.`,
		};
	}
	const network = find(NETWORK);
	if (network === undefined) return undefined;
	const closed = said.includes("KafkaJSConnectionClosedError");
	return {
		code: "broker_unreachable",
		verdict: "retry",
		message:
			closed || network === "ECONNRESET"
				? `Kafka at ${brokers} closed the connection. Check that it runs; if it expects TLS or SASL, set \`ssl\` or \`sasl\`; if it does not, leave them out.`
				: `Kafka at ${brokers} cannot be reached (${network}). Check \`brokers\` and that the broker runs.`,
	};
}

function unknown(error: unknown, { brokers }: Destination): Judgement {
	const text = error instanceof Error ? error.message : String(error);
	return {
		code: "kafka_error",
		verdict: "retry",
		message: `Kafka at ${brokers} did not take a batch: ${text.slice(0, 300)}. Check that the broker runs and answers.`,
	};
}
