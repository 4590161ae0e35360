import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import {
	createServer as createHttpServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredEvent } from "@mcp-trail/event";
import { type Instrumentation, instrumentation } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import { StreamableHTTPClientTransport as HttpClientV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioClientV2 } from "@modelcontextprotocol/client/stdio";
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import { StdioClientTransport as StdioClientV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpClientV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioServerTransport as StdioServerV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import {
	serveStdio,
	StdioServerTransport as StdioServerV2,
} from "@modelcontextprotocol/server/stdio";
import {
	as,
	type FakeAudit,
	fakeAudit,
	generations,
	type Transport,
	until,
} from "../mcp/support.ts";
import { clientOf, serverOf } from "./peers.ts";
import type { Frame, Sdk, Way } from "./cells.ts";

/** A client and a server of one SDK over one transport, both instrumented with one audit, driven frame by frame. */
export interface Rig {
	readonly audit: FakeAudit;
	/** What the instrumentation warned of. */
	readonly warnings: readonly string[];
	/** Sends a frame as the client; the answer, or what the transport rejected it with. */
	ask(frame: Frame): Promise<Answer>;
	/** Sends a request as the server. */
	askClient(frame: Frame): Promise<Answer>;
	/** Sends a notification of the client or of the server. */
	tell(by: "client" | "server", frame: Frame): Promise<void>;
	/** The outcome events of a request, once there is one on this side. */
	outcomes(id: string, role: string): Promise<readonly StoredEvent[]>;
	close(): Promise<void>;
}

interface Answer {
	readonly result?: Frame;
	readonly error?: { readonly code?: number };
	/** What `send` was rejected with. */
	readonly thrown?: unknown;
}

/** As much of a server as is asked for its transport. */
interface Connected {
	readonly transport?: Transport | undefined;
}

/** Which sides recorded events, in order of the alphabet. */
export const rolesOf = (events: readonly StoredEvent[]): readonly string[] =>
	events.map(({ mcp }) => mcp?.role ?? "").toSorted((one, other) => (one < other ? -1 : 1));

/** The two ends of a line, before the SDK connects them, and how they end. */
interface Line {
	readonly near: Transport;
	/** True once the server can speak first. */
	readonly speaks?: () => boolean;
	readonly close: () => Promise<void>;
}

interface Trails {
	readonly audit: FakeAudit;
	/** An instrumented server; the last one is the one that is driven. */
	readonly build: () => ReturnType<typeof serverOf>;
	readonly trail: Instrumentation;
	readonly auth?: object;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A server's end that serves one transport: a session, a pipe, or the entry of 2026-07-28. */
async function serve(
	sdk: Sdk,
	{ build }: Trails,
	transport: Transport,
): Promise<() => Promise<void>> {
	if (sdk === "v2-modern") {
		const entry = serveStdio(as(build), { transport: as(transport) });
		return () => entry.close();
	}
	const server = build();
	await server.connect(as(transport));
	return () => server.close();
}

async function inMemory(sdk: Sdk, trails: Trails): Promise<Line> {
	const [v1, v2] = generations;
	const [near, far] = (sdk === "v1" ? v1 : v2).pair();
	const close = await serve(sdk, trails, far);
	return { near, close };
}

/** What a client starts: a process that only carries bytes to a server's transport in this one. */
const CARRY = `const s = require("net").connect(process.argv[1]); process.stdin.pipe(s); s.pipe(process.stdout); s.on("close", () => process.exit())`;

async function stdio(sdk: Sdk, trails: Trails): Promise<Line> {
	const folder = mkdtempSync(join(tmpdir(), "mcp-trail-wire-"));
	const path = join(folder, "s");
	const ends: (() => Promise<void>)[] = [];
	const sockets: Socket[] = [];
	const server = createSocketServer((socket) => {
		sockets.push(socket);
		socket.on("error", () => undefined);
		const far =
			sdk === "v1" ? new StdioServerV1(socket, socket) : new StdioServerV2(socket, socket);
		void serve(sdk, trails, as(far)).then((end) => ends.push(end));
	});
	await new Promise<void>((resolve) => server.listen(path, resolve));
	const command = { command: process.execPath, args: ["-e", CARRY, path] };
	const near = sdk === "v1" ? new StdioClientV1(command) : new StdioClientV2(command);
	return {
		near: as(near),
		async close() {
			for (const end of ends) await end();
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
			rmSync(folder, { recursive: true });
		},
	};
}

/** Listens on a free port, behind the edge. */
async function listening(
	{ audit, auth }: Trails,
	listener: Listener,
): Promise<{ url: URL; close: () => Promise<void> }> {
	const edge = httpEdge({ audit });
	const verified: Listener = (request, response) =>
		listener(Object.assign(request, auth && { auth }), response);
	const http = createHttpServer(edge.listener(as<never>(verified)));
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	const { port } = as<AddressInfo>(http.address());
	return {
		url: new URL(`http://127.0.0.1:${port}/mcp`),
		async close() {
			edge.flush();
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
		},
	};
}

async function overHttp(sdk: Sdk, trails: Trails): Promise<Line> {
	if (sdk === "v2-modern") {
		const handler = trails.trail.handler(createMcpHandler(as(trails.build)));
		const handle = toNodeHandler(handler);
		const place = await listening(trails, as(handle));
		return {
			near: as(new HttpClientV2(place.url)),
			async close() {
				await handler.close();
				await place.close();
			},
		};
	}
	const session = { sessionIdGenerator: randomUUID };
	const far =
		sdk === "v1"
			? new StreamableHTTPServerTransport(session)
			: new NodeStreamableHTTPServerTransport(session);
	const end = await serve(sdk, trails, as(far));
	const place = await listening(trails, as(far.handleRequest.bind(far)));
	let listens = false;
	const options = {
		async fetch(url: string | URL, init?: RequestInit): Promise<Response> {
			const response = await fetch(url, init);
			if (init?.method === "GET") listens = true;
			return response;
		},
	};
	return {
		near: as(
			sdk === "v1" ? new HttpClientV1(place.url, options) : new HttpClientV2(place.url, options),
		),
		speaks: () => listens,
		async close() {
			await end();
			await place.close();
		},
	};
}

const lines = { in_memory: inMemory, stdio, http: overHttp } as const;

/** Hands every answer that comes in to whoever waits for it, after the hook saw it. */
function answersOf(transport: Transport): (id: unknown) => Promise<Answer> {
	const waiting = new Map<unknown, (answer: Answer) => void>();
	const { onmessage } = transport;
	Object.assign(transport, {
		onmessage(message: unknown, extra: unknown) {
			const { id, method } = as<Frame>(message);
			onmessage?.(message, extra);
			if (method === undefined) waiting.get(id)?.(as(message));
		},
	});
	return (id) => new Promise((resolve) => waiting.set(id, resolve));
}

/** Sends a frame and waits for its answer. */
async function asked(
	transport: Transport,
	answerOf: (id: unknown) => Promise<Answer>,
	frame: Frame,
): Promise<Answer> {
	const coming = answerOf(frame["id"]);
	const failed = transport.send(frame).then(
		() => coming,
		(thrown: unknown) => ({ thrown }),
	);
	return Promise.race([coming, failed]);
}

/** What a test changes of a rig. */
export interface RigOptions {
	/** What authentication leaves at each HTTP request. */
	readonly auth?: object;
	/** What the policy decides. */
	readonly decide?: Parameters<typeof fakeAudit>[0];
}

/** Connects a client and a server. */
export async function rig(sdk: Sdk, way: Way, { auth, decide }: RigOptions = {}): Promise<Rig> {
	const audit = fakeAudit(decide);
	const warnings: string[] = [];
	const trail = instrumentation({
		audit,
		onWarning: (warning) => warnings.push(`${warning.message} ${String(warning.cause)}`),
	});
	let server: Connected | undefined;
	const build = () => {
		const built = trail.server(serverOf(sdk));
		server = as<Connected>(built);
		return built;
	};
	const line = await lines[way](sdk, { trail, audit, build, ...(auth && { auth }) });
	const client = trail.client(clientOf(sdk));
	await client.connect(as(line.near));
	const answered = answersOf(line.near);
	let fromServer: ((id: unknown) => Promise<Answer>) | undefined;
	const far = async (): Promise<Transport> => {
		await until(
			() => server?.transport !== undefined && line.speaks?.() !== false,
			"the server's transport",
		);
		return as<Transport>(server?.transport);
	};
	return {
		audit,
		warnings,
		ask: (frame) => asked(line.near, answered, frame),
		async askClient(frame) {
			const transport = await far();
			fromServer ??= answersOf(transport);
			return asked(transport, fromServer, frame);
		},
		tell: async (by, frame) => (by === "client" ? line.near : await far()).send(frame),
		async outcomes(id, role) {
			const mine = () =>
				audit.events.filter(
					({ mcp, phase }) => mcp?.request_id === id && mcp.role === role && phase === "outcome",
				);
			await until(() => mine().length > 0, `the ${role}'s event of request ${id}`);
			return mine();
		},
		async close() {
			await client.close();
			await line.close();
		},
	};
}
