import type { JsonObject } from "./json-object.ts";

/** What is known of a server apart from what it says of itself. */
export interface Reached {
	/** As configured, else the origin, else the digest of the command; absent where none is known. */
	readonly id?: string;
	/** Keyed digest of a command and its arguments, kind `command`. */
	readonly commandDigest?: string;
	/** Scheme, host and port of an HTTP or WebSocket server. */
	readonly origin?: string;
	/** True: it is on the operator's list; absent where there is none. */
	readonly listed?: boolean;
}

/** A transport bound to a peer, and what was learned on it. */
export interface Connection {
	readonly role: "client" | "server";
	readonly transport:
		| "stdio"
		| "streamable_http"
		| "http_sse"
		| "websocket"
		| "in_memory"
		| "other";
	/** Where an HTTP or WebSocket client connects to: host name and port, nothing more of the URL. */
	readonly endpoint?: { readonly address: string; readonly port: number } | undefined;
	/** Which server it is, by the operator's configuration, by origin or by command: names do not identify. */
	readonly reached?: Reached | undefined;
	/** Legacy `Mcp-Session-Id`, where there is one. */
	sessionId(): string | undefined;
	/** Self-reported names, learned from `initialize`, envelopes and results. */
	client(): { readonly name: string; readonly version?: string } | undefined;
	server(): { readonly name: string; readonly version?: string } | undefined;
	/** Version negotiated on this connection, where one was. */
	protocolVersion(): string | undefined;
	/** Extensions that both sides declared: what `_meta` of a request says of its client counts for that request. */
	extensions?(meta: JsonObject | undefined): readonly string[] | undefined;
}

/** What a connection was, said when it ends. */
export interface Closing {
	/** A message has passed, and observers were told of it. */
	readonly opened: boolean;
	/** Requests seen on it, in both directions. */
	readonly requests: number;
	/** Requests that were open when it ended. */
	readonly cutOff: number;
	/** Milliseconds since the epoch at which it was bound and ended, and how long that is in microseconds. */
	readonly startMs: number;
	readonly endMs: number;
	readonly durationUs: number;
}
