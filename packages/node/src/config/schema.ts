import { z } from "zod";

const optional = z.exactOptional;

/** What a value takes, in words; no value of the configuration is repeated. */
const takes = (what: string) => ({
	error: ({ input }: { readonly input?: unknown }) =>
		input === undefined ? `is missing; it takes ${what}.` : `takes ${what}.`,
});

const text = (most: number) =>
	z
		.string(takes("text"))
		.min(1, takes("text that is not empty"))
		.max(most, takes(`text of at most ${most} characters`));
const path = text(4_096);
const count = z.int(takes("a whole number above 0")).min(1, takes("a whole number above 0"));
const oneOf = <const W extends readonly [string, ...string[]]>(of: W) =>
	z.enum(of, takes(of.map((word) => JSON.stringify(word)).join(" or ")));

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

const yes = () => optional(z.boolean(takes("true or false")));

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
		digestKeyFile: optional(path).describe(
			"File of the keys of digests. Default: a random key for the life of the process.",
		),
		deadLetters: optional(
			z.strictObject({ dir: path, maxBytes: optional(count) }, takes("an object")),
		).describe("Where events are kept that a sink refuses."),
		sinks: optional(z.array(z.unknown(), takes("a list"))).describe(
			"Where events are sent, as in sinks.schema.json.",
		),
		extension: optional(
			z.union([z.boolean(), extensionSchema], takes("true, false or an object")),
		).describe(
			"Speak the audit extension with peers that do: one operation over rounds, retries and processes. Default: false.",
		),
		traces: optional(z.boolean(takes("true or false"))).describe(
			"Start @opentelemetry/sdk-node where it is installed and the application starts no SDK of its own. Default: true.",
		),
	},
	takes("an object"),
);

/** What a configuration file says. */
export type NodeConfig = z.output<typeof configSchema>;
