import { type ExtensionOptions, instrumentation, type Instrumentation } from "@mcp-trail/mcp";
import { Client as ClientV2, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
	createMcpHandler,
	InMemoryTransport as MemoryV2,
	McpServer as ServerV2,
} from "@modelcontextprotocol/server";
import { as, fakeAudit, type FakeAudit } from "../mcp/support.ts";

/** What a peer speaks: SDK generation and era. */
export const generations = ["v1", "v2 legacy", "v2 modern"] as const;
export type Generation = (typeof generations)[number];

/** One recorder, and what it instruments. */
export interface Side {
	readonly audit: FakeAudit;
	readonly seen: Instrumentation;
	/** What could not be observed. */
	readonly warnings: readonly string[];
}

export function side(extension?: boolean | ExtensionOptions, audit = fakeAudit()): Side {
	const warnings: string[] = [];
	const seen = instrumentation({
		audit,
		onWarning: (warning) => void warnings.push(`${warning.message} ${String(warning.cause)}`),
		...(extension !== undefined && { extension }),
	});
	return { audit, seen, warnings };
}

/** As much of a client as tests use, whichever SDK it is of. */
export interface Caller {
	callTool(
		params: object,
		more?: unknown,
		options?: object,
	): Promise<{
		readonly content?: unknown;
		readonly isError?: boolean;
		readonly _meta?: Readonly<Record<string, unknown>>;
	}>;
	getServerCapabilities(): Readonly<Record<string, unknown>> | undefined;
	setRequestHandler(...args: readonly unknown[]): void;
	close(): Promise<void>;
}

/** Builds a server; called for every request where the era asks for it. */
export type Build = (server: ServerV2, generation: Generation) => void;

/** Frames as they cross between the two, beneath every hook. */
export interface Wire {
	readonly sent: string[];
	readonly answered: string[];
	/** HTTP statuses of the answers, where there is HTTP. */
	readonly statuses: number[];
}

const info = { name: "desk", version: "1.0.0" };
export const URL_HERE = new URL("http://localhost/mcp");

export function makeServer(generation: Generation, build: Build, server?: Side): ServerV2 {
	const made =
		generation === "v1"
			? as<ServerV2>(new ServerV1(info, { capabilities: {} }))
			: new ServerV2(info);
	server?.seen.server(made);
	build(made, generation);
	return made;
}

export function makeClient(
	generation: Generation,
	client: Side | undefined,
	capabilities: object = {},
): Caller {
	const who = { name: "probe", version: "2.0.0" };
	const made =
		generation === "v1"
			? new ClientV1(who, { capabilities })
			: new ClientV2(who, {
					capabilities,
					...(generation === "v2 modern" && {
						versionNegotiation: { mode: { pin: "2026-07-28" } },
					}),
				});
	return as<Caller>(client ? client.seen.client(made) : made);
}

interface Tapped {
	send: (message: unknown, options?: unknown) => Promise<void>;
}

function tap(transport: Tapped, into: string[]): void {
	const { send } = transport;
	transport.send = function (message, options) {
		into.push(JSON.stringify(message));
		return Reflect.apply(send, this, [message, options]);
	};
}

/** Connects a client to a server: modern over HTTP without a network, legacy in memory. */
export async function connect(
	generation: Generation,
	build: Build,
	sides: { readonly client?: Side | undefined; readonly server?: Side | undefined },
	more: {
		readonly capabilities?: object;
		readonly authInfo?: object | (() => object);
		/** Which of several processes serves the request; each has a recorder of its own. */
		readonly route?: (body: string) => Side | undefined;
	} = {},
): Promise<{ readonly client: Caller; readonly wire: Wire }> {
	const wire: Wire = { sent: [], answered: [], statuses: [] };
	const client = makeClient(generation, sides.client, more.capabilities);
	if (generation === "v2 modern") {
		const handlers = new Map<Side | undefined, ReturnType<typeof createMcpHandler>>();
		const handlerOf = (server: Side | undefined): ReturnType<typeof createMcpHandler> => {
			let handler = handlers.get(server);
			if (handler === undefined) {
				handler = createMcpHandler(() => makeServer(generation, build, server));
				handlers.set(server, handler);
			}
			return handler;
		};
		const fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
			const body = typeof init?.body === "string" ? init.body : "";
			wire.sent.push(body);
			const { authInfo } = more;
			const auth = typeof authInfo === "function" ? authInfo() : authInfo;
			const server = more.route ? more.route(body) : sides.server;
			const response = await handlerOf(server).fetch(
				new Request(url, init),
				as(auth === undefined ? {} : { authInfo: auth }),
			);
			wire.statuses.push(response.status);
			wire.answered.push(await response.clone().text());
			return response;
		};
		await as<ClientV2>(client).connect(new StreamableHTTPClientTransport(URL_HERE, { fetch }));
		return { client, wire };
	}
	const [near, far] = (generation === "v1" ? MemoryV1 : MemoryV2).createLinkedPair();
	tap(as<Tapped>(near), wire.sent);
	tap(as<Tapped>(far), wire.answered);
	await makeServer(generation, build, sides.server).connect(as(far));
	await as<ClientV1>(client).connect(as(near));
	return { client, wire };
}

/** The block of a request frame. */
export function blockOf(frame: string | undefined, id: string): unknown {
	const { params } = as<{ params?: { _meta?: Record<string, unknown> } }>(
		JSON.parse(frame ?? "{}"),
	);
	return params?.["_meta"]?.[id];
}

export const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });
