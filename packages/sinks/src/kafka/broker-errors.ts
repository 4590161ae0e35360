import type { Verdict } from "@mcp-trail/audit";

/** What is known of one error code of the Kafka protocol, as a producer meets it. */
export interface BrokerError {
	/** The protocol's own name for it. */
	readonly name: string;
	readonly verdict: Verdict;
	/** What to do about it; `{topic}` stands for the topic. */
	readonly remedy?: string;
	/** What is refused. @default "records" */
	readonly refuses?: "credentials" | "records";
}

const retry = (name: string): BrokerError => ({ name, verdict: "retry" });
const reject = (name: string, remedy: string): BrokerError => ({ name, verdict: "reject", remedy });
const hold = (name: string, remedy: string): BrokerError => ({ name, verdict: "hold", remedy });

const credentials = (name: string, remedy: string): BrokerError => ({
	...hold(name, remedy),
	refuses: "credentials",
});

const WRITE =
	"Grant the producer's principal Write on topic {topic}, which implies Describe, and remove what denies either.";
const CREDENTIALS =
	"Check `sasl` (mechanism, user name, password) against what the broker accepts.";
const MECHANISM = "Set `sasl.mechanism` to one that the broker offers on this port.";
const NO_SASL = "Leave `sasl` out, or name in `brokers` the port that takes it: this one does not.";

/**
 * Verdicts by code of the Kafka protocol. Only what lies in the records themselves is refused for
 * good; what an operator must mend holds; every code that is not listed is retried.
 */
export const brokerErrors: Readonly<Record<number, BrokerError>> = {
	2: retry("CORRUPT_MESSAGE"),
	3: hold("UNKNOWN_TOPIC_OR_PARTITION", "Create topic {topic}; this sink never does."),
	5: retry("LEADER_NOT_AVAILABLE"),
	6: retry("NOT_LEADER_OR_FOLLOWER"),
	7: retry("REQUEST_TIMED_OUT"),
	8: retry("BROKER_NOT_AVAILABLE"),
	10: reject("MESSAGE_TOO_LARGE", "Raise max.message.bytes of topic {topic} to 1048588 or more."),
	13: retry("NETWORK_EXCEPTION"),
	14: retry("COORDINATOR_LOAD_IN_PROGRESS"),
	15: retry("COORDINATOR_NOT_AVAILABLE"),
	16: retry("NOT_COORDINATOR"),
	17: hold("INVALID_TOPIC_EXCEPTION", "Choose another `topic`: the broker refuses {topic}."),
	18: reject("RECORD_LIST_TOO_LARGE", "Raise segment.bytes of topic {topic}."),
	19: retry("NOT_ENOUGH_REPLICAS"),
	20: retry("NOT_ENOUGH_REPLICAS_AFTER_APPEND"),
	21: hold("INVALID_REQUIRED_ACKS", "The producer must be made with acks = all (-1)."),
	29: hold("TOPIC_AUTHORIZATION_FAILED", WRITE),
	30: hold("GROUP_AUTHORIZATION_FAILED", WRITE),
	31: hold("CLUSTER_AUTHORIZATION_FAILED", WRITE),
	32: reject("INVALID_TIMESTAMP", "Set this host's clock: it runs ahead of the broker's."),
	33: credentials("UNSUPPORTED_SASL_MECHANISM", MECHANISM),
	34: credentials("ILLEGAL_SASL_STATE", NO_SASL),
	35: hold("UNSUPPORTED_VERSION", "Use a Kafka client that this broker's release still speaks."),
	44: hold("POLICY_VIOLATION", "The broker's policy refuses writes to topic {topic}."),
	45: retry("OUT_OF_ORDER_SEQUENCE_NUMBER"),
	46: retry("DUPLICATE_SEQUENCE_NUMBER"),
	47: retry("INVALID_PRODUCER_EPOCH"),
	53: hold("TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "The producer must not be transactional."),
	54: credentials("SECURITY_DISABLED", CREDENTIALS),
	56: retry("KAFKA_STORAGE_ERROR"),
	58: credentials("SASL_AUTHENTICATION_FAILED", CREDENTIALS),
	59: retry("UNKNOWN_PRODUCER_ID"),
	87: reject("INVALID_RECORD", "See the broker's log for what it found wrong with the record."),
	89: retry("THROTTLING_QUOTA_EXCEEDED"),
	90: retry("PRODUCER_FENCED"),
};
