import { type ConnectionOptions, createSecureContext } from "node:tls";
import type { Kafka } from "kafkajs";
import type { ProducerFactory } from "./producer.ts";
import { sinkError } from "./sink-error.ts";
import type { InspectTopic } from "./topic.ts";
import { readFault } from "./fault.ts";

interface Password<Mechanism extends string> {
	readonly mechanism: Mechanism;
	readonly username: string;
	readonly password: string;
}

/** How to prove who one is, as kafkajs takes it. */
export type KafkaSasl =
	| Password<"plain">
	| Password<"scram-sha-256">
	| Password<"scram-sha-512">
	| {
			readonly mechanism: "oauthbearer";
			readonly oauthBearerProvider: () => Promise<{ value: string }>;
	  };

export interface KafkajsOptions {
	readonly brokers: readonly string[];
	readonly clientId: string;
	readonly ssl: boolean | ConnectionOptions | undefined;
	readonly sasl: KafkaSasl | (() => KafkaSasl | Promise<KafkaSasl>) | undefined;
	readonly warn: ((message: string) => void) | undefined;
}

const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 2_000;
/** Short: beyond a leader election the lane tries again, with a new producer. */
const RETRY = { retries: 5, initialRetryTime: 50, maxRetryTime: 1_000 };
/** Said of every producer with a limit on retries; the rest is done by a new producer instead. */
const RETRIES_NOTICE = "Limiting retries";
const TOPIC_RESOURCE = 2;
const UNKNOWN_TOPIC = 3;
const CONFIG_NAMES = [
	"min.insync.replicas",
	"cleanup.policy",
	"max.message.bytes",
	"unclean.leader.election.enable",
];

/** Loads kafkajs, an optional peer, when it is first needed. */
async function load(): Promise<typeof import("kafkajs")> {
	try {
		const { default: loaded } = await import("kafkajs");
		return loaded;
	} catch (cause) {
		throw sinkError(
			"client_missing",
			"hold",
			"The Kafka client kafkajs is not installed. Run `npm install kafkajs@2`, or give `producer` a factory of another client.",
			cause,
		);
	}
}

/** Certificates are checked unless the caller's own `rejectUnauthorized` says otherwise. */
function checkedTls(ssl: KafkajsOptions["ssl"]): ConnectionOptions | undefined {
	if (ssl === undefined || ssl === false) return undefined;
	const given = ssl === true ? {} : ssl;
	try {
		// kafkajs would call a key that is no key, or another certificate's, a broker that is down.
		createSecureContext(given);
	} catch (cause) {
		throw sinkError(
			"tls_failed",
			"hold",
			`The certificates in \`ssl\` cannot be used (${textOf(cause)}). Check that \`cert\`, \`key\` and \`passphrase\` belong together and are PEM.`,
			cause,
		);
	}
	// Else NODE_TLS_REJECT_UNAUTHORIZED=0, set for something else, would let anybody in between read credentials.
	return { ...given, rejectUnauthorized: given.rejectUnauthorized ?? true };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The default client: idempotent, one request in flight, its log kept off stdout. */
export function kafkajsClient(options: KafkajsOptions): {
	readonly factory: ProducerFactory;
	readonly inspectTopic: InspectTopic;
} {
	const { warn } = options;

	/** Anew each time: credentials may have been rotated, and kafkajs may be installed while the process runs. */
	const kafka = async (): Promise<Kafka> => {
		const kafkajs = await load();
		const ssl = checkedTls(options.ssl);
		const sasl = typeof options.sasl === "function" ? await options.sasl() : options.sasl;
		return new kafkajs.Kafka({
			brokers: [...options.brokers],
			clientId: options.clientId,
			...(ssl === undefined ? {} : { ssl }),
			...(sasl === undefined ? {} : { sasl }),
			requestTimeout: REQUEST_TIMEOUT_MS,
			connectionTimeout: CONNECTION_TIMEOUT_MS,
			retry: RETRY,
			logLevel: warn ? kafkajs.logLevel.WARN : kafkajs.logLevel.NOTHING,
			// Its own log goes to stdout, which in a stdio server is the protocol.
			logCreator: () => (entry) => {
				const { message, error } = entry.log;
				if (message.startsWith(RETRIES_NOTICE)) return;
				warn?.(`kafkajs: ${message}${typeof error === "string" ? `: ${error}` : ""}`);
			},
		});
	};

	return {
		factory: async ({ createPartitioner }) =>
			(await kafka()).producer({
				idempotent: true,
				maxInFlightRequests: 1,
				allowAutoTopicCreation: false,
				createPartitioner,
				retry: RETRY,
			}),
		inspectTopic: async (topic) => {
			const admin = (await kafka()).admin();
			try {
				await admin.connect();
				const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
				const partitions = topics[0]?.partitions ?? [];
				const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
				const described = await admin
					.describeConfigs({
						includeSynonyms: false,
						resources: [{ type: TOPIC_RESOURCE, name: topic, configNames: CONFIG_NAMES }],
					})
					.catch(() => undefined);
				const entries = described?.resources[0]?.configEntries;
				const config =
					entries &&
					Object.fromEntries(
						entries.map(({ configName, configValue }) => [configName, configValue]),
					);
				return { partitions: partitions.length, replicas, config };
			} catch (error) {
				if (readFault(error).brokerCodes.includes(UNKNOWN_TOPIC)) return undefined;
				throw error;
			} finally {
				await admin.disconnect().catch(() => undefined);
			}
		},
	};
}
