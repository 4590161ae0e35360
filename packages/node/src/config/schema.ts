import { z } from "zod";
import { instrumentationSchema } from "./instrumentation-schema.ts";
import { count, oneOf, optional, path, takes, text, yes } from "./kinds.ts";

const trail = z.strictObject(
	{
		dir: optional(path).describe(
			"The trail's folder. Default: .mcp-trail/trail in the home folder.",
		),
		durability: optional(oneOf(["disk", "os"])).describe(
			"What an acknowledged event survives: disk = a power loss, os = the process. Default: disk.",
		),
		segmentBytes: optional(count).describe(
			"A segment is closed at about this size. Default: 64 MiB.",
		),
		maxBytes: optional(count).describe(
			"Bytes kept in the folder, over all its streams. Default: 1 GiB.",
		),
		maxStreams: optional(count).describe("Streams kept in the folder. Default: 1,000."),
		maxQueueEvents: optional(count).describe(
			"Events that may wait to be written. Default: 10,000.",
		),
		maxQueueBytes: optional(count).describe("Bytes that may wait to be written. Default: 32 MiB."),
		readerRetentionMs: optional(count).describe(
			"A reader that nothing has opened for so long no longer holds records back. Default: 30 days.",
		),
		groupRead: optional(text(128)).describe("A group, by name, that may read the trail."),
	},
	takes("an object"),
);

const LABEL = "[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

/** How the audit extension is used, where it is more than on. */
export const extensionSchema = z.strictObject(
	{
		id: optional(
			z
				.string(takes("text"))
				.max(128, takes("text of at most 128 characters"))
				.regex(
					new RegExp(`^(?:${LABEL}\\.)+${LABEL}/[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`),
					takes("a reversed domain that you own and a name, such as com.example/audit"),
				),
		).describe("The identifier it is negotiated under. Default: io.github.mcp-trail/audit."),
		receipts: yes().describe(
			"Servers name the event of each answer to clients that declared it. Default: false.",
		),
		mandatory: yes().describe(
			"Servers refuse requests of clients that did not declare it. Default: false.",
		),
		a2aBaggage: yes().describe("Servers take A2A ids from baggage, too. Default: false."),
	},
	takes("true, false or an object"),
);

/** The configuration file, but for the blocks of `sinks`, which `@mcp-trail/sinks/config` judges. */
export const configSchema = z.strictObject(
	{
		$schema: optional(z.string()),
		service: optional(text(128)).describe(
			"Name of the service whose traffic is recorded. Default: the name in the application's package.json.",
		),
		environment: optional(text(64)).describe("Deployment environment, such as production."),
		labels: optional(z.record(z.string(), text(256), takes("an object of named texts"))).describe(
			"Your own facts, put on every event: at most 16.",
		),
		trail: optional(trail).describe("Where events are kept until they are delivered."),
		level: optional(oneOf(["metadata", "request", "request_response"])).describe(
			"How much of a call is kept; metadata keeps no value. Default: metadata.",
		),
		principals: optional(oneOf(["plain", "digest"])).describe(
			"How events name who asks: as they are, or as keyed digests. Default: plain.",
		),
		digestKeyFile: optional(path).describe(
			"File of the keys of digests. Default: a random key for the life of the process.",
		),
		deadLetters: optional(
			z.strictObject({ dir: path, maxBytes: optional(count) }, takes("an object")),
		).describe("Where events are kept that a sink refuses."),
		sinks: optional(z.array(z.unknown(), takes("a list"))).describe("Where events are sent."),
		extension: optional(
			z.union([z.boolean(), extensionSchema], takes("true, false or an object")),
		).describe(
			"Speak the audit extension with peers that do: one operation over rounds, retries and processes. Default: false.",
		),
		instrumentation: optional(instrumentationSchema).describe(
			"How clients and servers are instrumented, beyond the defaults.",
		),
		traces: optional(z.boolean(takes("true or false"))).describe(
			"Start @opentelemetry/sdk-node where it is installed and the application starts no SDK of its own. Default: true.",
		),
	},
	takes("an object"),
);

/** What a configuration file says. */
export type NodeConfig = z.output<typeof configSchema>;
