import { z } from "zod";
import { secretKeeper } from "../../http/secrets.ts";
import type { KafkaSinkOptions } from "../../kafka.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";

/** Functions, and what kafkajs alone understands, cannot stand in JSON. */
type Injected = "producer" | "inspectTopic" | "onWarn" | "sendOptions";

/** kafkajs' numbers for what it compresses without another package. */
const compressions = { none: 0, gzip: 1 } as const;

export const kafkaKind = sinkKind({
	type: "kafka",
	example: { brokers: ["kafka-1.example.com:9092", "kafka-2.example.com:9092"] },
	peers: ["kafkajs@2"],
	options: (is) =>
		({
			brokers: is.list(is.text),
			topic: optional(is.text),
			ssl: optional(
				z.union(
					[
						is.flag,
						z.strictObject({
							ca: optional(is.certificate),
							cert: optional(is.certificate),
							key: optional(is.secret),
							passphrase: optional(is.secret),
							servername: optional(is.text),
						}),
					],
					{
						error:
							"takes true, false or { ca, cert, key, passphrase, servername }, secrets by env or file.",
					},
				),
			),
			sasl: optional(
				is.object({
					mechanism: is.oneOf(["plain", "scram-sha-256", "scram-sha-512"]),
					username: is.text,
					password: is.secret,
				}),
			),
			clientId: optional(is.text),
			key: optional(is.oneOf(["stream", "operation"])),
			minInSyncReplicas: optional(is.count),
			connectTimeoutMs: optional(is.count),
			sendTimeoutMs: optional(is.count),
			maxRequestBytes: optional(is.count),
			compression: optional(is.oneOf(["none", "gzip"])),
		}) satisfies Every<Omit<KafkaSinkOptions, Injected> & { compression: unknown }>,
	open: async ({ ssl, sasl, compression, ...options }, { onWarn }) => {
		const { kafkaSink } = await import("../../kafka.ts");
		// Certificates are read once, here; the password here, so that a missing one is said at once, and for each connection.
		const secrets = secretKeeper();
		const certificates: Record<string, string> = {};
		for (const [option, value] of Object.entries(typeof ssl === "object" ? ssl : {})) {
			certificates[option] = await secrets.read(value, `ssl.${option}`);
		}
		const credentials = sasl && {
			now: async () => ({ ...sasl, password: await secrets.read(sasl.password, "sasl.password") }),
		};
		await credentials?.now();
		return kafkaSink({
			...options,
			...(ssl === undefined ? {} : { ssl: typeof ssl === "boolean" ? ssl : certificates }),
			...(credentials === undefined ? {} : { sasl: credentials.now }),
			...(compression === undefined
				? {}
				: { sendOptions: { compression: compressions[compression] } }),
			...(onWarn === undefined ? {} : { onWarn }),
		});
	},
});
