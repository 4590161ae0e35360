import { describe, expect, it } from "vitest";
import { brokerErrors } from "./broker-errors.ts";
import { classify, sinkError } from "./sink-error.ts";

const destination = { topic: "mcp.audit.events.v1", brokers: "kafka-1:9092" };
const judge = (error: unknown) => classify(error, destination);

/** Every code that a producer can meet, with its verdict: written down before the table in the code. */
const verdicts: readonly (readonly [number, string, string])[] = [
	[2, "retry", "corrupt_message"],
	[56, "retry", "kafka_storage_error"],
	[3, "hold", "unknown_topic_or_partition"],
	[5, "retry", "leader_not_available"],
	[6, "retry", "not_leader_or_follower"],
	[7, "retry", "request_timed_out"],
	[13, "retry", "network_exception"],
	[10, "reject", "message_too_large"],
	[18, "reject", "record_list_too_large"],
	[14, "retry", "coordinator_load_in_progress"],
	[15, "retry", "coordinator_not_available"],
	[16, "retry", "not_coordinator"],
	[19, "retry", "not_enough_replicas"],
	[20, "retry", "not_enough_replicas_after_append"],
	[29, "hold", "topic_authorization_failed"],
	[30, "hold", "group_authorization_failed"],
	[31, "hold", "cluster_authorization_failed"],
	[32, "reject", "invalid_timestamp"],
	[33, "hold", "unsupported_sasl_mechanism"],
	[58, "hold", "sasl_authentication_failed"],
	[35, "hold", "unsupported_version"],
	[44, "hold", "policy_violation"],
	[45, "retry", "out_of_order_sequence_number"],
	[47, "retry", "invalid_producer_epoch"],
	[59, "retry", "unknown_producer_id"],
	[46, "retry", "duplicate_sequence_number"],
	[87, "reject", "invalid_record"],
	[89, "retry", "throttling_quota_exceeded"],
	[90, "retry", "producer_fenced"],
	[1, "retry", "broker_error_1"],
	[22, "retry", "broker_error_22"],
	[25, "retry", "broker_error_25"],
	[27, "retry", "broker_error_27"],
	[4711, "retry", "broker_error_4711"],
];

const wrapped = (name: string, cause: object) =>
	Object.assign(new Error("outer"), { name, retriable: false, cause });

/** How each client says a broker's code. */
const clients: readonly (readonly [string, (code: number) => unknown])[] = [
	[
		"kafkajs, at once",
		(code) => Object.assign(new Error("x"), { name: "KafkaJSProtocolError", code }),
	],
	["kafkajs, retries exhausted", (code) => wrapped("KafkaJSNumberOfRetriesExceeded", { code })],
	[
		"kafkajs, a code it does not know",
		(code) =>
			Object.assign(new Error(`Unknown error code ${code}`), {
				type: "KAFKAJS_UNKNOWN_ERROR_CODE",
				code: -99,
			}),
	],
	[
		"platformatic",
		(code) => ({
			code: "PLT_KFK_MULTIPLE",
			errors: [{ code: "PLT_KFK_RESPONSE", errors: [{ code: "PLT_KFK_PROTOCOL", apiCode: code }] }],
		}),
	],
	["Confluent", (code) => Object.assign(new Error("x"), { code, type: "ERR_X" })],
];

describe.each(clients)("[kafka.verdicts] a broker's code in an error of %s", (_, say) => {
	it.each(verdicts)("%i → %s, %s", (number, verdict, code) => {
		const error = judge(say(number));
		expect([error.verdict, error.code]).toEqual([verdict, code]);
		expect(error.message).toContain(`(${number})`);
		expect(error.code).toMatch(/^[a-z][a-z0-9_]{0,63}$/u);
		expect(error.cause).toBeDefined();
	});
});

it("[kafka.verdicts] refuses for good only what lies in the records", () => {
	const poison = Object.entries(brokerErrors).filter(([, { verdict }]) => verdict === "reject");
	expect(poison.map(([code]) => Number(code))).toEqual([10, 18, 32, 87]);
});

const several = (...codes: number[]) =>
	new AggregateError(
		codes.map((apiCode) => ({ apiCode })),
		"several",
	);

it("refuses nothing while another partition can be retried or is held", () => {
	expect(judge(several(10, 6)).verdict).toBe("retry");
	expect(judge(several(10, 6, 29)).verdict).toBe("hold");
	expect(judge(several(10, 87)).verdict).toBe("reject");
});

it("names the remedy", () => {
	expect(judge({ code: 29 }).message).toBe(
		"Kafka refused records for topic mcp.audit.events.v1: TOPIC_AUTHORIZATION_FAILED (29). " +
			"Grant the producer's principal Write on topic mcp.audit.events.v1, which implies Describe, and remove what denies either.",
	);
	expect(judge({ code: 33 }).message).toBe(
		"Kafka at kafka-1:9092 refused the credentials: UNSUPPORTED_SASL_MECHANISM (33). " +
			"Set `sasl.mechanism` to one that the broker offers on this port.",
	);
});

const connection = (code: string) =>
	wrapped("KafkaJSNumberOfRetriesExceeded", { name: "KafkaJSConnectionError", code });

describe("[kafka.errors] a failed connection", () => {
	it.each([
		["SELF_SIGNED_CERT_IN_CHAIN", "hold", "tls_failed", "ca"],
		["DEPTH_ZERO_SELF_SIGNED_CERT", "hold", "tls_failed", "ca"],
		["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "hold", "tls_failed", "ca"],
		["CERT_HAS_EXPIRED", "hold", "tls_failed", "CERT_HAS_EXPIRED"],
		["ERR_TLS_CERT_ALTNAME_INVALID", "hold", "tls_failed", "host name"],
		["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "hold", "tls_failed", "cert"],
		["ERR_SSL_WRONG_VERSION_NUMBER", "hold", "tls_failed", "`ssl`"],
		["ECONNREFUSED", "retry", "broker_unreachable", "the broker runs"],
		["ECONNRESET", "retry", "broker_unreachable", "leave them out"],
		["ETIMEDOUT", "retry", "broker_unreachable", "`brokers`"],
		["ENOTFOUND", "retry", "broker_not_found", "`brokers`"],
	])("with %s → %s, %s", (code, verdict, word, remedy) => {
		const error = judge(connection(code));
		expect([error.verdict, error.code]).toEqual([verdict, word]);
		expect(error.message).toContain("kafka-1:9092");
		expect(error.message).toContain(remedy);
	});

	it.each([
		["kafkajs", { name: "KafkaJSSASLAuthenticationError", message: "SASL PLAIN: bad secret-1" }],
		["platformatic", { errors: [{ code: "PLT_KFK_AUTHENTICATION", canRetry: false }] }],
		["Confluent", { code: -169 }],
	])("for wrong credentials (%s) holds and repeats none of them", (_, cause) => {
		const error = judge(wrapped("Error", cause));
		expect([error.verdict, error.code]).toEqual(["hold", "sasl_authentication_failed"]);
		expect(error.message).toContain("`sasl`");
		expect(error.message).not.toContain("secret-1");
	});

	it("that the broker closed says what may be missing", () => {
		const error = judge(
			Object.assign(new Error("Closed"), { name: "KafkaJSConnectionClosedError" }),
		);
		expect(error).toMatchObject({ verdict: "retry", code: "broker_unreachable" });
		expect(error.message).toContain("if it expects TLS or SASL, set `ssl` or `sasl`");
	});

	it.each([{ name: "KafkaJSRequestTimeoutError" }, { code: -192 }, { code: "PLT_KFK_TIMEOUT" }])(
		"that does not answer is retried: %o",
		(error) => {
			expect(judge(error)).toMatchObject({ verdict: "retry", code: "request_timeout" });
		},
	);
});

describe("any other error", () => {
	const cycle: { cause?: unknown } = {};
	cycle.cause = { errors: [cycle] };
	it.each([[undefined], ["text"], [null], [0], [new Error("odd")], [{ code: -150 }], [cycle]])(
		"is retried: %o",
		(error) => {
			expect(judge(error)).toMatchObject({ verdict: "retry", code: "kafka_error" });
		},
	);

	it("keeps a verdict that was given before", () => {
		const given = sinkError("topic_missing", "hold", "said");
		expect(judge(given)).toBe(given);
	});
});
