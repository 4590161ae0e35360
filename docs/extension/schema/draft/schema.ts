/** The source of schema.json: what the audit extension puts into capabilities and `_meta`. */

const id = {
	description: "1 to 128 visible ASCII characters.",
	type: "string",
	pattern: "^[!-~]{1,128}$",
} as const;

const version = { type: "string", pattern: "^1[.](0|[1-9][0-9]{0,3})$" } as const;

const versions = {
	description: "Versions of the event schema that this side knows.",
	type: "array",
	items: { type: "string" },
} as const;

const whole = (minimum: number, maximum: number, description: string) => ({
	description,
	type: "integer",
	minimum,
	maximum,
});

/** The JSON Schema of the extension; each definition stands alone. */
export const schema = {
	$schema: "https://json-schema.org/draft/2020-12/schema",
	$id: "urn:mcp-trail:schema:extension:draft",
	title: "Audit extension",
	$defs: {
		request: {
			description:
				"Block of a request's `_meta`. What a schema cannot say: at most 2,048 bytes in the canonical form of RFC 8785.",
			type: "object",
			required: ["v", "operationId"],
			properties: {
				v: { description: "Version of the block.", ...version },
				operationId: { ...id, description: "One logical call over rounds, retries and gateways." },
				attempt: whole(1, 1_000_000, "Effort; 1 when absent."),
				leg: whole(0, 1000, "Round of a multi round-trip request; 0 when absent."),
				hop: whole(0, 64, "Gateways passed; 0 when absent."),
				turnId: { ...id, description: "Turn of the caller." },
				conversationId: { ...id, description: "Conversation of the caller." },
				parentEventId: { ...id, description: "The sender's own event about this request." },
				a2a: {
					description: "The agent-to-agent exchange in which the request is made.",
					type: "object",
					properties: { contextId: id, taskId: id, messageId: id },
				},
			},
		},
		receipt: {
			description: "Block of a result's `_meta`.",
			type: "object",
			required: ["eventId", "schemaVersion"],
			properties: {
				eventId: { ...id, description: "The event that says how the request ended." },
				schemaVersion: { ...version, description: "Version of that event's schema." },
				recordHash: {
					description: "Hash of its record, where that is written already.",
					type: "string",
					pattern: "^sha256:[0-9a-f]{64}$",
				},
			},
		},
		clientSettings: {
			description: "Capabilities of a client, under the identifier.",
			type: "object",
			properties: { schemaVersions: versions },
		},
		serverSettings: {
			description: "Capabilities of a server, under the identifier.",
			type: "object",
			properties: {
				schemaVersions: versions,
				correlation: { description: "Blocks are recorded.", type: "boolean" },
				receipts: { description: "Answers carry receipts.", type: "boolean" },
				mandatory: { description: "Clients without it are refused.", type: "boolean" },
			},
		},
	},
} as const;

/** The text of schema.json. */
export const schemaText = (): string => `${JSON.stringify(schema, undefined, "\t")}\n`;
