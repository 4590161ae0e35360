import type { Audit } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import { newEvent } from "@mcp-trail/event/schema";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anyText } from "../../../../test/any-text.ts";
import { connectionOf } from "../hook/connection.ts";
import { exchangeOf } from "../hook/exchange.ts";
import type { RequestFrame } from "../hook/frame.ts";
import { authFacts } from "../hook/auth-facts.ts";
import type { Peer } from "../hook/peer.ts";
import type { Ending } from "../observer.ts";
import { audited } from "./audited.ts";
import { definitions } from "./definitions.ts";

const keyed = `hmac-sha256:k:${"0".repeat(64)}`;

function recording(level: "metadata" | "request_response") {
	const events: NewEvent[] = [];
	const audit: Audit = {
		ready: Promise.resolve(),
		policy: {
			digest: `sha256:${"0".repeat(64)}`,
			decide: ({ acting }) => ({ rule: "\u202erule", level, acting, intent: true }),
		},
		digester: { keyId: "k", ephemeral: true, digest: () => keyed },
		record: (event) => void events.push(event),
		secure: () => Promise.reject(new Error("unused")),
		closeSync: () => undefined,
		health: () => ({ state: "open", recorded: 0, lost: 0, queued: 0, lanes: [] }),
		flush: () => Promise.resolve(),
		close: () => Promise.resolve({ recorded: 0, lost: 0, undelivered: {}, clean: true }),
	};
	return { audit, events };
}

const text = fc.oneof(
	anyText({ maxLength: 40 }),
	fc.constantFrom("", "\ud800", "\u202e".repeat(700), "x".repeat(5000), "__proto__", "\u0000"),
);
const json = fc.oneof(
	text,
	fc.integer(),
	fc.double(),
	fc.constantFrom(null, true, undefined, {}, [], -1, 1e300),
	fc.jsonValue({ maxDepth: 3 }),
);
const record = (keys: readonly string[]) =>
	fc.record(Object.fromEntries(keys.map((key) => [key, json])), { requiredKeys: [] });
const method = fc.oneof(
	fc.constantFrom(
		"tools/call",
		"tools/list",
		"prompts/list",
		"prompts/get",
		"resources/read",
		"initialize",
		"completion/complete",
		"elicitation/create",
		"sampling/createMessage",
		"roots/list",
		"tasks/get",
		"tasks/result",
		"tasks/list",
		"tasks/update",
		"tasks/cancel",
		"server/discover",
		"resources/directory/read",
		"skills/get",
		"subscriptions/listen",
	),
	text,
);
const params = record([
	"name",
	"uri",
	"arguments",
	"taskId",
	"ref",
	"clientInfo",
	"protocolVersion",
	"mode",
	"url",
	"message",
	"requestedSchema",
	"maxTokens",
	"_meta",
	"inputResponses",
]);
const auth = fc.record(
	{
		token: json,
		clientId: json,
		scopes: fc.oneof(json, fc.array(json, { maxLength: 80 })),
		expiresAt: json,
		resource: json,
		extra: fc.oneof(
			json,
			record(["iss", "sub", "tid", "act", "cnf", "aud", "gty", "azp", "client_id"]),
			fc.constant({
				act: { sub: "a", act: { sub: 5, act: { iss: "\u202e" } } },
				cnf: { jkt: "x" },
			}),
		),
	},
	{ requiredKeys: [] },
);
const response = fc.oneof(
	fc.record({
		result: fc.oneof(
			record([
				"content",
				"contents",
				"messages",
				"isError",
				"tools",
				"prompts",
				"task",
				"taskId",
				"status",
				"ttlMs",
				"createdAt",
				"tasks",
				"inputRequests",
				"resultType",
				"serverInfo",
				"protocolVersion",
				"action",
				"_meta",
				"nextCursor",
			]),
			fc.record({
				resultType: fc.constantFrom("task", "input_required", "complete"),
				taskId: fc.oneof(text, fc.constant("t")),
				status: fc.oneof(
					text,
					fc.constantFrom("working", "input_required", "completed", "failed", "cancelled"),
				),
				createdAt: fc.oneof(json, text),
				ttlMs: fc.oneof(json, fc.maxSafeInteger()),
				result: json,
				error: json,
				inputRequests: fc.oneof(
					json,
					fc.dictionary(
						text,
						fc.record({
							method: fc.constantFrom("elicitation/create", "sampling/createMessage", "roots/list"),
							params: fc.oneof(
								json,
								record(["mode", "url", "message", "requestedSchema", "maxTokens"]),
							),
						}),
					),
				),
			}),
			fc.record({
				content: fc.array(record(["type", "text", "data", "blob", "mimeType", "uri", "resource"]), {
					maxLength: 20,
				}),
				status: fc.constantFrom("working", "completed", "done"),
				ttlMs: json,
				taskId: text,
			}),
		),
	}),
	fc.record({ error: fc.oneof(json, record(["code", "message", "data"])) }),
);
const ending = fc.record(
	{
		how: fc.constantFrom<Ending["how"]>(
			"answered",
			"cancelled",
			"timeout",
			"connection_closed",
			"send_failed",
			"superseded",
			"evicted",
			"refused",
		),
		delivered: fc.boolean(),
		entered: fc.boolean(),
		threw: fc.boolean(),
		known: fc.boolean(),
		error: fc.oneof(json, record(["code", "status", "name"])),
	},
	{ requiredKeys: ["how"] },
);
const headers = record(["user-agent", "x-request-id", "authorization", "mcp-protocol-version"]);

const peer = (role: "client" | "server"): Peer => ({
	role,
	watchers: [],
	watch: () => undefined,
	companions: [],
	maxOpen: 1,
	openTtlMs: 1,
	v1: false,
	registrations: undefined,
	readAuth: (authInfo) => authFacts(authInfo, () => keyed),
	onFault: (fault) => {
		throw fault;
	},
	warn: () => undefined,
	callerSignal: undefined,
	notifying: false,
	findInbound: () => undefined,
});

it("[safe.any_exchange] makes valid events of whatever a peer says", () => {
	const transport = { sessionId: "\u202e session" };
	fc.assert(
		fc.property(
			fc.record({
				role: fc.constantFrom<"client" | "server">("client", "server"),
				level: fc.constantFrom<"metadata" | "request_response">("metadata", "request_response"),
				inbound: fc.boolean(),
				id: fc.oneof(fc.maxSafeInteger(), text),
				method,
				params: fc.oneof(params, fc.constant(undefined)),
				authInfo: auth,
				headers,
				response,
				ending,
				trace: fc.boolean(),
			}),
			(drawn) => {
				const { audit, events } = recording(drawn.level);
				const observer = audited({
					audit,
					definitions: definitions(),
					maxDigestBytes: 4096,
					onFault: (fault) => {
						throw fault;
					},
				});
				const connection = connectionOf(transport, drawn.role);
				const frame: RequestFrame = {
					jsonrpc: "2.0",
					id: drawn.id,
					method: drawn.method,
					...(drawn.params && { params: drawn.params }),
				};
				const extra = { authInfo: drawn.authInfo, requestInfo: { headers: drawn.headers } };
				const { exchange } = exchangeOf(peer(drawn.role), connection, drawn.inbound, frame, extra);
				const ids = { traceId: "1".repeat(32), spanId: "2".repeat(16), flags: 0 };
				const observation = observer.request?.({
					...exchange,
					trace: drawn.trace ? ids : undefined,
				});
				if (drawn.ending.how === "answered") {
					const { result } = Object.assign({ result: undefined }, drawn.response);
					if (result) connection.learnResult(drawn.method, result);
					observation?.answered?.(drawn.response);
				}
				observation?.end({
					endMs: Date.now(),
					endUs: exchange.startUs,
					...drawn.ending,
					...(drawn.ending.how === "answered" && { response: drawn.response }),
				});
				const told = events.filter(({ type }) => type === "mcp.request");
				expect(told.map(({ phase }) => phase)).toEqual(["intent", "outcome"]);
				for (const event of events) {
					const verdict = newEvent.safeParse(JSON.parse(JSON.stringify(event)));
					if (!verdict.success) throw new Error(JSON.stringify([verdict.error.issues, event]));
				}
			},
		),
		{ numRuns: 400 },
	);
});
