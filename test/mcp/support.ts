import { createHmac } from "node:crypto";
import type { Audit, Decision } from "@mcp-trail/audit";
import { inMemberOrder, type NewEvent, type StoredEvent } from "@mcp-trail/event";
import { validate } from "@mcp-trail/event/schema";
import * as v1client from "@modelcontextprotocol/sdk/client/index.js";
import * as v1memory from "@modelcontextprotocol/sdk/inMemory.js";
import * as v1low from "@modelcontextprotocol/sdk/server/index.js";
import * as v1server from "@modelcontextprotocol/sdk/server/mcp.js";
import * as v2client from "@modelcontextprotocol/client";
import * as v2server from "@modelcontextprotocol/server";

function is<T>(_value: unknown, _like?: T): _value is T {
	return true;
}

/** Takes a value for what the test knows it to be. */
export function as<T>(value: unknown, _like?: T): T {
	if (!is<T>(value)) throw new TypeError("never");
	return value;
}

/** An audit that keeps what it is given and refuses what the writer schema refuses. */
export interface FakeAudit extends Audit {
	readonly events: StoredEvent[];
	/** Outcome events of one method and side. */
	outcomes(method: string, role?: "client" | "server"): StoredEvent[];
}

const HASH = `sha256:${"0".repeat(64)}`;

function stored(event: NewEvent, sequence: number): StoredEvent {
	const whole = {
		schema_version: "1.0",
		id: "01a1f874-3e4b-7c3e-9f10-6a2b4c8d0e1f",
		time: "2026-11-20T10:15:30.123Z",
		...event,
		producer: { recorder: "mcp-trail/0.0.0", service: "test" },
		integrity: {
			stream_id: "7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e10",
			sequence,
			...(sequence > 1 && { previous_hash: HASH }),
			hash: HASH,
		},
	};
	// What is written is what JSON keeps: a member that is undefined would be a lie of the fake.
	return as<StoredEvent>(JSON.parse(JSON.stringify(whole)));
}

export function fakeAudit(decide?: () => Partial<Decision>, keyId = "k1"): FakeAudit {
	const events: StoredEvent[] = [];
	const nothing = { recorded: 0, lost: 0 };
	return {
		ready: Promise.resolve(),
		policy: {
			digest: HASH,
			decide: ({ acting }) => ({
				rule: "default",
				level: "metadata",
				acting,
				intent: false,
				...decide?.(),
			}),
		},
		digester: {
			keyId,
			ephemeral: true,
			digest: (kind, value) =>
				`hmac-sha256:${keyId}:${createHmac("sha256", keyId).update(`mcp-trail/digest/v1\n${kind}\n`).update(value).digest("hex")}`,
		},
		record(event) {
			const whole = stored(event, events.length + 1);
			events.push(whole);
			const verdict = validate(whole, { as: "writer" });
			if (!verdict.valid)
				throw new Error(`invalid event: ${JSON.stringify(verdict)} ${JSON.stringify(whole)}`);
			if (inMemberOrder(whole) !== whole)
				throw new Error(`members out of order: ${JSON.stringify(whole)}`);
		},
		secure: () => Promise.reject(new Error("not in this fake")),
		closeSync: () => undefined,
		health: () => ({ state: "open", queued: 0, lanes: [], ...nothing }),
		flush: () => Promise.resolve(),
		close: () => Promise.resolve({ ...nothing, undelivered: {}, clean: true }),
		events,
		outcomes: (method, role) =>
			events.filter(
				(event) =>
					event.phase === "outcome" &&
					event.mcp?.method === method &&
					(role === undefined || event.mcp.role === role),
			),
	};
}

/** One generation of the SDK, as far as tests need it alike. */
export interface Generation {
	readonly name: "v1" | "v2" | "v2, 2026-07-28";
	readonly McpServer: typeof v1server.McpServer;
	readonly Server: typeof v1low.Server;
	readonly Client: typeof v1client.Client;
	readonly pair: () => [Transport, Transport];
	/** 1.x takes a result schema in between. */
	readonly callTool: (client: object, params: object, options?: object) => Promise<unknown>;
}

/** As much of a transport as tests drive by hand. */
export interface Transport {
	start(): Promise<void>;
	send(message: unknown, options?: unknown): Promise<void>;
	close(): Promise<void>;
	onmessage?: ((message: unknown, extra?: unknown) => void) | undefined;
	onclose?: (() => void) | undefined;
	onerror?: ((error: Error) => void) | undefined;
	sessionId?: string | undefined;
}

const v1: Generation = {
	name: "v1",
	McpServer: v1server.McpServer,
	Server: v1low.Server,
	Client: v1client.Client,
	pair: () => as(v1memory.InMemoryTransport.createLinkedPair()),
	callTool: (client, params, options) =>
		as<v1client.Client>(client).callTool(as(params), undefined, as(options)),
};

const v2: Generation = {
	name: "v2",
	McpServer: as(v2server.McpServer),
	Server: as(v2server.Server),
	Client: as(v2client.Client),
	pair: () => as(v2server.InMemoryTransport.createLinkedPair()),
	callTool: (client, params, options) =>
		as<v2client.Client>(client).callTool(as(params), as(options)),
};

export const generations = [v1, v2] as const;

class ModernClient extends v2client.Client {
	constructor(info: { name: string; version: string }, options: v2client.ClientOptions = {}) {
		super(info, { versionNegotiation: { mode: { pin: "2026-07-28" } }, ...options });
	}
}

/** SDK 2.x in the era without sessions: a server for each request. */
export const modern: Generation = { ...v2, name: "v2, 2026-07-28", Client: as(ModernClient) };

export const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds, or fails. */
export async function until(holds: () => boolean, what = "condition"): Promise<void> {
	for (const deadline = Date.now() + 5000; !holds(); await tick(2))
		if (Date.now() > deadline) throw new Error(`timed out waiting for: ${what}`);
}
