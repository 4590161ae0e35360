import type { Connection } from "../peer-connection.ts";
import type { JsonObject } from "../json-object.ts";
import { extensionsIn, negotiated } from "./extensions.ts";
import { isObject } from "./frame.ts";
import { member } from "./loose.ts";
import type { Reach } from "./reached.ts";

const PROTOCOL_VERSION = "io.modelcontextprotocol/protocolVersion";
const CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const SERVER_INFO = "io.modelcontextprotocol/serverInfo";
/** The first revision that is stateless. */
const MODERN = "2026-07-28";

type Name = { readonly name: string; readonly version?: string };

/** A connection that learns from what passes. */
export interface LearningConnection extends Connection {
	/** The version that the last request said of itself: notifications, whose era is theirs, say none. */
	spoken: string | undefined;
	learnRequest(method: string, params: JsonObject | undefined): void;
	learnResult(method: string, result: JsonObject): void;
}

/** True for a dated revision from 2026-07-28 on. */
export function isModern(version: string): boolean {
	return version.length === MODERN.length && version >= MODERN;
}

/** The last names said. Of 2026-07-28 on each message says one: as one object, what was made of it is found again. */
const lastNames: Name[] = [];
const MAX_SAID = 4;
let oldest = 0;

/** `{name, version}` as peers report themselves. */
function nameOf(value: unknown): Name | undefined {
	if (!isObject(value)) return undefined;
	const { name, version } = value;
	if (typeof name !== "string" || name === "") return undefined;
	const own = typeof version === "string" && version !== "" ? version : undefined;
	for (const one of lastNames) if (one.name === name && one.version === own) return one;
	const made = own === undefined ? { name } : { name, version: own };
	// What is long is not held beyond its connection.
	if (name.length > 128 || (own?.length ?? 0) > 64) return made;
	lastNames[oldest] = made;
	oldest = (oldest + 1) % MAX_SAID;
	return made;
}

export const metaOf = (container: JsonObject | undefined): JsonObject | undefined => {
	const meta = container?.["_meta"];
	return isObject(meta) ? meta : undefined;
};

interface Envelope {
	readonly version?: string | undefined;
	readonly client?: Name | undefined;
}

const NO_ENVELOPE: Envelope = {};

/** Version and client that a modern request says of itself. */
export function envelopeOf(meta: JsonObject | undefined): Envelope {
	if (meta === undefined) return NO_ENVELOPE;
	const version = meta[PROTOCOL_VERSION];
	const client = nameOf(meta[CLIENT_INFO]);
	return { version: typeof version === "string" ? version : undefined, client };
}

const kinds: readonly (readonly [string, Connection["transport"]])[] = [
	["inmemory", "in_memory"],
	["stdio", "stdio"],
	["websocket", "websocket"],
	["sse", "http_sse"],
	["http", "streamable_http"],
];

/** Duck-types a transport: by the names of its classes, then by what only HTTP transports have. */
function transportKind(transport: object): Connection["transport"] {
	for (
		let proto = Reflect.getPrototypeOf(transport);
		proto !== null && proto !== Object.prototype;
		proto = Reflect.getPrototypeOf(proto)
	) {
		const name = String(member(member(proto, "constructor"), "name")).toLowerCase();
		const kind = kinds.find(([part]) => name.includes(part));
		if (kind) return kind[1];
	}
	return "handleRequest" in transport || "hasPerRequestStream" in transport
		? "streamable_http"
		: "other";
}

const PORTS: ReadonlyMap<unknown, number> = new Map([
	["https:", 443],
	["wss:", 443],
	["http:", 80],
	["ws:", 80],
]);

/** Both SDKs keep the URL of a client's transport in the same private member. */
function endpointOf(transport: object): Connection["endpoint"] {
	const url = member(transport, "_url");
	if (!(url instanceof URL) || url.hostname === "") return undefined;
	const port = url.port === "" ? PORTS.get(url.protocol) : Number(url.port);
	if (port === undefined) return undefined;
	// The brackets of an IPv6 address belong to the URL.
	return { address: url.hostname.replace(/^\[|\]$/gu, ""), port };
}

/** Of clients. */
const transports = new WeakMap<Connection, object>();

/** The transport of a client's connection. */
export const transportOf = (connection: Connection): object | undefined =>
	transports.get(connection);

/** True for the place that a client's messages are posted to; the SSE transport is told it by its server. */
export function isEndpoint(connection: Connection, url: URL | undefined): boolean {
	const transport = transports.get(connection);
	const own = member(transport, "_endpoint") ?? member(transport, "_url");
	return own instanceof URL && own.origin === url?.origin && own.pathname === url.pathname;
}

/** What is known of one transport bound to one peer. */
export function connectionOf(
	transport: object,
	role: "client" | "server",
	reach?: Reach,
	ownCapabilities?: () => unknown,
): LearningConnection {
	let ofClient: JsonObject | undefined;
	let ofServer: JsonObject | undefined;
	let client: Name | undefined;
	let server: Name | undefined;
	let version: string | undefined;
	const endpoint = role === "client" ? endpointOf(transport) : undefined;
	const connection: LearningConnection = {
		role,
		transport: transportKind(transport),
		endpoint,
		reached: role === "client" ? reach?.(transport) : undefined,
		sessionId() {
			const id = member(transport, "sessionId");
			return typeof id === "string" && id !== "" ? id : undefined;
		},
		client: () => client,
		server: () => server,
		protocolVersion: () => version,
		spoken: undefined,
		learnRequest(method, params) {
			if (method !== "initialize") return;
			client = nameOf(params?.["clientInfo"]) ?? client;
			ofClient = extensionsIn(params?.["capabilities"]);
		},
		extensions(meta) {
			const said = meta?.[CLIENT_CAPABILITIES];
			const theirs = said === undefined ? ofClient : extensionsIn(said);
			if (theirs === undefined) return undefined;
			ofServer ??= role === "server" ? extensionsIn(ownCapabilities?.()) : undefined;
			return ofServer && negotiated(theirs, ofServer);
		},
		learnResult(method, result) {
			if (method === "initialize" || method === "server/discover")
				ofServer = extensionsIn(result["capabilities"]);
			if (method === "initialize") {
				server = nameOf(result["serverInfo"]) ?? server;
				const agreed = result["protocolVersion"];
				if (typeof agreed === "string") version = agreed;
			}
			const reported = metaOf(result)?.[SERVER_INFO];
			if (reported !== undefined) server = nameOf(reported) ?? server;
		},
	};
	if (role === "client") transports.set(connection, transport);
	return connection;
}
