import type { Requirement } from "../requirements.ts";

/** A system that people run MCP in, what of it is in the trail, and the tests that show it. */
const systems: readonly (readonly [short: string, says: string, provenBy: readonly string[]])[] = [
	[
		"a2a",
		"A2A: an agent's context, tasks and messages are found again in the servers' events.",
		["test/correlation/a2a.test.ts"],
	],
	[
		"audit_beside_traces",
		"Audit beside sampled traces: what no trace keeps is in the trail, and joins.",
		["test/otel/relay/relay.test.ts"],
	],
	[
		"configuration",
		"Portable configuration: the digest of what was read is in the trail, changed configurations are told, secrets are not.",
		["packages/node/src/config/read-config.test.ts", "test/node/register.test.ts"],
	],
	[
		"custom_transports",
		"stdio and transports of one's own, with private fields: seen in place, nothing on standard output.",
		["packages/mcp/src/hook/traps.test.ts"],
	],
	[
		"discovery",
		"Server cards, catalogues and discover results: what was read is told, and what it said before where it changed.",
		["test/mcp/applications.test.ts", "test/mcp/definitions.test.ts"],
	],
	[
		"dpop",
		"DPoP: an event says that a token is bound, and to which key, never the proof.",
		["test/mcp/fetch-companion.test.ts", "test/mcp/http.test.ts"],
	],
	[
		"enterprise_sign_on",
		"Enterprise-managed authorization: both steps of an ID-JAG are told and joined, no token is kept.",
		["test/mcp/fetch-companion.test.ts"],
	],
	[
		"events",
		"Subscriptions and events: what came twice or out of order is counted.",
		["test/mcp/subscriptions.test.ts"],
	],
	[
		"expiry",
		"Expiry: a task that nobody read is told to have expired, as inferred.",
		["test/mcp/task-deadlines.test.ts"],
	],
	[
		"extension_template",
		"The experimental extension: its examples are valid by its schema, its sentences have checks.",
		["test/correlation/specification.test.ts"],
	],
	[
		"fine_grained_authorization",
		"Finer-grained authorization: what was asked for and what the caller had is told.",
		["test/mcp/http-edge.test.ts"],
	],
	[
		"gateways",
		"Gateways: one operation over its hops, and a caller's token that is sent on is found.",
		["test/correlation/extension.test.ts", "test/mcp/fetch-companion.test.ts"],
	],
	[
		"gateway_view",
		"What a gateway may see: names and digests, no value.",
		["test/mcp/canary.test.ts"],
	],
	[
		"hosts",
		"Hosts of any kind: what they call themselves is never who they are.",
		["test/mcp/identity.test.ts"],
	],
	[
		"load_balancers",
		"Proxies and load balancers: an address is taken from configured hops only.",
		["test/mcp/http-edge.test.ts"],
	],
	[
		"oauth",
		"OAuth 2.1: a challenge, a step-up and a registration are told.",
		["test/mcp/fetch-companion.test.ts", "test/mcp/http-edge.test.ts"],
	],
	[
		"retry",
		"Retries: attempts of one operation, told from legs, with the reason; a second effect is found.",
		[
			"test/correlation/extension.test.ts",
			"test/correlation/operations.test.ts",
			"test/correlation/rounds.test.ts",
		],
	],
	[
		"schema_change",
		"Change policy: old and later events are read, none is rewritten.",
		["packages/event/src/validate.test.ts"],
	],
	[
		"sessions",
		"Sessions, and work without them: connections are told where there are any, and joining needs none.",
		["test/correlation/rounds.test.ts", "test/mcp/http.test.ts"],
	],
	[
		"siem",
		"SIEM and compliance pipelines: each format says each event differently, OCSF is valid, queries name what is there.",
		[
			"packages/formats/src/formats.test.ts",
			"packages/formats/src/ocsf/ocsf.test.ts",
			"test/siem/content.test.ts",
		],
	],
	[
		"skills",
		"Skills: what is declared of a skill's files is held against what is read.",
		["test/mcp/skills.test.ts"],
	],
	[
		"stateless_scaling",
		"Scaling out: legs on servers behind a real nginx are one operation; one that is killed is told.",
		["test/services/nginx/stateless.service.test.ts"],
	],
	[
		"streamable_http",
		"Streamable HTTP: each refusal and each abort on a real server is one terminal event.",
		["test/mcp/http-edge.test.ts", "test/mcp/http.test.ts"],
	],
	[
		"streamed_results",
		"Large results: memory stays what the SDK itself needs.",
		["test/mcp/memory.test.ts"],
	],
	[
		"tasks",
		"Tasks of the core and of the extension: the whole life of one is told on both sides.",
		["test/mcp/tasks.test.ts"],
	],
	[
		"workload_identity",
		"Workload identity: a SPIFFE id is a workload, and an assertion as grant is told.",
		["test/mcp/fetch-companion.test.ts", "test/mcp/http.test.ts"],
	],
];

export const systemRequirements: readonly Requirement[] = systems.map(
	([short, says, provenBy]) => ({ id: `system.${short}`, says, provenBy }),
);
