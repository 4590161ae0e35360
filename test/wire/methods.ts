import { type Cell, type Frame, type Sdk, slug } from "./cells.ts";

/** What an SDK does with a method when it is asked for it and a handler could be registered; a stream stays open. */
type Treatment = "answered" | "refused" | "streamed";

/** A method of the specification or of an extension, and how it is asked for. */
export interface Method {
	readonly method: string;
	readonly by: "client" | "server";
	readonly params: Frame;
	readonly result: Frame;
	/** What an event says it is about. */
	readonly target: Frame;
	/** Absent: the era has no such method, and nobody asks for it. */
	readonly treated: Readonly<Partial<Record<Sdk, Treatment>>>;
	/** Where the transport's entry answers before a server sees it (the table of HTTP statuses). */
	readonly unseen?: Cell;
}

const answered = { v1: "answered", "v2-legacy": "answered", "v2-modern": "answered" } as const;
/** Not in 2026-07-28. */
const legacy = { v1: "answered", "v2-legacy": "answered", "v2-modern": "refused" } as const;
const modern = { "v2-modern": "answered" } as const;

const server = { kind: "server" };
const uri = "test://one";
const resource = { kind: "resource", uri };
const taskId = "t-1";
const task = { kind: "task" };
const aTask = {
	taskId,
	status: "working",
	ttl: null,
	createdAt: "2026-01-01T00:00:00Z",
	lastUpdatedAt: "2026-01-01T00:00:00Z",
};
const cached = { ttlMs: 0, cacheScope: "private" };

/** Requests of a client: schema 2025-11-25 and 2026-07-28 `ClientRequest`, and the extensions tasks and skills. */
const ofClients: readonly Omit<Method, "by">[] = [
	{
		method: "ping",
		params: {},
		result: {},
		target: server,
		treated: legacy,
	},
	{
		method: "initialize",
		params: {
			protocolVersion: "2025-11-25",
			capabilities: {},
			clientInfo: { name: "probe", version: "1" },
		},
		result: {},
		target: server,
		treated: { v1: "answered", "v2-legacy": "answered" },
	},
	{
		method: "completion/complete",
		params: { ref: { type: "ref/prompt", name: "p" }, argument: { name: "a", value: "" } },
		result: { completion: { values: [] } },
		target: { kind: "completion", name: "p" },
		treated: answered,
	},
	{
		method: "logging/setLevel",
		params: { level: "info" },
		result: {},
		target: server,
		treated: legacy,
	},
	{
		method: "prompts/get",
		params: { name: "p" },
		result: { messages: [] },
		target: { kind: "prompt", name: "p" },
		treated: answered,
	},
	{
		method: "prompts/list",
		params: {},
		result: { prompts: [], ...cached },
		target: server,
		treated: answered,
	},
	{
		method: "resources/list",
		params: {},
		result: { resources: [], ...cached },
		target: server,
		treated: answered,
	},
	{
		method: "resources/templates/list",
		params: {},
		result: { resourceTemplates: [], ...cached },
		target: server,
		treated: answered,
	},
	{
		method: "resources/read",
		params: { uri },
		result: { contents: [], ...cached },
		target: resource,
		treated: answered,
	},
	{
		method: "resources/subscribe",
		params: { uri },
		result: {},
		target: resource,
		treated: legacy,
	},
	{
		method: "resources/unsubscribe",
		params: { uri },
		result: {},
		target: resource,
		treated: legacy,
	},
	{
		method: "tools/call",
		params: { name: "any", arguments: {} },
		result: { content: [] },
		target: { kind: "tool", name: "any" },
		treated: answered,
	},
	{
		method: "tools/list",
		params: {},
		result: { tools: [], ...cached },
		target: server,
		treated: answered,
	},
	{
		method: "server/discover",
		params: {},
		result: {},
		target: server,
		treated: { v1: "refused", "v2-legacy": "refused", "v2-modern": "answered" },
		// The probe's header names a version that the transport does not take.
		unseen: { sdk: "v2-legacy", way: "http" },
	},
	{
		method: "subscriptions/listen",
		params: { notifications: { toolsListChanged: true } },
		result: {},
		target: { kind: "subscription" },
		treated: { v1: "refused", "v2-legacy": "refused", "v2-modern": "streamed" },
	},
	{
		method: "tasks/get",
		params: { taskId },
		result: aTask,
		target: task,
		treated: answered,
	},
	{
		method: "tasks/result",
		params: { taskId },
		result: { content: [] },
		target: task,
		treated: { v1: "answered" },
	},
	{
		method: "tasks/list",
		params: {},
		result: { tasks: [] },
		target: server,
		treated: { v1: "answered" },
	},
	{
		method: "tasks/cancel",
		params: { taskId },
		result: { ...aTask, status: "cancelled" },
		target: task,
		treated: answered,
	},
	{
		method: "tasks/update",
		params: { taskId, inputResponses: {} },
		result: {},
		target: task,
		treated: modern,
	},
	{
		method: "skills/list",
		params: {},
		result: { skills: [] },
		target: server,
		treated: modern,
	},
	{
		method: "skills/get",
		params: { uri: "skill://one" },
		result: { contents: [] },
		target: { kind: "skill", uri: "skill://one" },
		treated: modern,
	},
	{
		method: "resources/directory/read",
		params: { uri: "skill://one" },
		result: { resources: [] },
		target: { kind: "skill", uri: "skill://one" },
		treated: modern,
	},
	{
		method: "acme/custom",
		params: { name: "n" },
		result: { fine: true },
		target: { kind: "other" },
		treated: answered,
	},
	{
		method: "acme/unknown",
		params: {},
		result: {},
		target: { kind: "other" },
		treated: { v1: "refused", "v2-legacy": "refused", "v2-modern": "refused" },
	},
];

const asked = { v1: "answered", "v2-legacy": "answered" } as const;

/** Requests of a server: schema 2025-11-25 `ServerRequest`; 2026-07-28 has none. */
const ofServers: readonly Omit<Method, "by">[] = [
	{
		method: "ping",
		params: {},
		result: {},
		target: server,
		treated: asked,
	},
	{
		method: "sampling/createMessage",
		params: {
			messages: [{ role: "user", content: { type: "text", text: "q" } }],
			maxTokens: 5,
		},
		result: { model: "m", role: "assistant", content: { type: "text", text: "a" } },
		target: { kind: "other" },
		treated: asked,
	},
	{
		method: "elicitation/create",
		params: { message: "?", requestedSchema: { type: "object", properties: {} } },
		result: { action: "decline" },
		target: { kind: "other" },
		treated: asked,
	},
	{
		method: "roots/list",
		params: {},
		result: { roots: [] },
		target: { kind: "other" },
		treated: asked,
	},
	...["get", "cancel"].map((verb) => ({
		method: `tasks/${verb}`,
		params: { taskId },
		result: aTask,
		target: task,
		treated: { v1: "answered" } as const,
	})),
	{
		method: "tasks/result",
		params: { taskId },
		result: { content: [] },
		target: task,
		treated: { v1: "answered" },
	},
	{
		method: "tasks/list",
		params: {},
		result: { tasks: [] },
		target: server,
		treated: { v1: "answered" },
	},
];

export const methods: readonly Method[] = [
	...ofClients.map((method): Method => ({ ...method, by: "client" })),
	...ofServers.map((method): Method => ({ ...method, by: "server" })),
];

export const idOf = ({ by, method }: Method): string => `wire.${by}_${slug(method)}`;

/** What is done with a method in a cell; undefined where nothing of it can be asked. */
export function treatmentOf({ treated, unseen }: Method, { sdk, way }: Cell) {
	return unseen?.sdk === sdk && unseen.way === way ? undefined : treated[sdk];
}

/** What a server asks for inside a result (2026-07-28, MRTR): no message of its own. */
export interface Asking {
	readonly method: string;
	readonly params: Frame;
	readonly answer: Frame;
}

const inBand: Readonly<Record<string, Frame>> = {
	"elicitation/create": { action: "decline" },
	"sampling/createMessage": {
		model: "m",
		role: "assistant",
		content: { type: "text", text: "a" },
	},
	"roots/list": { roots: [] },
};
export const askings: readonly Asking[] = ofServers.flatMap(({ method, params }) => {
	const answer = inBand[method];
	return answer === undefined ? [] : [{ method, params, answer }];
});

export const idOfAsking = ({ method }: Asking): string => `wire.asked_${slug(method)}`;
