import type { Network, Outcome } from "@mcp-trail/event";
import type { OperationState } from "./correlation/operation-state.ts";
import type { KnownIdentity } from "./identity/identity.ts";
import type { JsonObject, Meta } from "./json-object.ts";
import type { AuthScheme, AuthFacts, CertificateFacts, Carried } from "./credentials.ts";
import type { Connection, Closing } from "./peer-connection.ts";
import type { Misfit } from "./hook/frame.ts";

/** Which way a message went. */
export type Direction = "client_to_server" | "server_to_client";

/** W3C trace identity of a request on this side. */
export interface TraceIds {
	/** 32 hex. */
	readonly traceId: string;
	/** 16 hex: the span made (or minted) here. */
	readonly spanId: string;
	/** 16 hex: the parent from the wire or the ambient span. */
	readonly parentSpanId?: string;
	/** W3C trace flags, 0..255. */
	readonly flags: number;
}

/** A frame that is no request and no answer to one, and what could be read of it. */
export interface Seen extends Pick<
	Exchange,
	| "auth"
	| "authScheme"
	| "certificate"
	| "client"
	| "era"
	| "headers"
	| "identity"
	| "network"
	| "tokenDigest"
> {
	readonly connection: Connection;
	readonly direction: Direction;
	/** True when it came from the peer. */
	readonly inbound: boolean;
	/** The frame itself, never changed by an observer; undefined where it was no JSON. */
	readonly message: unknown;
	/** Its own method; of an answer that came late the method of its request. */
	readonly method: string | undefined;
	readonly id: string | number | undefined;
	readonly params: JsonObject | undefined;
	readonly protocolVersion: string | undefined;
	/** Absent on notifications. */
	readonly misfit: Misfit | undefined;
	/** Of the request that was given up before its answer came. */
	readonly trace: TraceIds | undefined;
	/** Milliseconds since the epoch. */
	readonly atMs: number;
}

/** One JSON-RPC request and everything known when it was seen. */
export interface Exchange {
	readonly connection: Connection;
	readonly direction: Direction;
	readonly inbound: boolean;
	readonly id: string | number;
	readonly method: string;
	/** The request frame; never changed by an observer. */
	readonly message: JsonObject;
	readonly params: JsonObject | undefined;
	/** `params._meta`, where it is an object. */
	readonly meta: JsonObject | undefined;
	readonly era: "legacy" | "modern" | undefined;
	/** Version of this very request. */
	readonly protocolVersion: string | undefined;
	readonly client: { readonly name: string; readonly version?: string } | undefined;
	readonly auth: AuthFacts | undefined;
	/** Lower-case HTTP headers of the request that carried it, without credentials and cookies. */
	readonly headers: Readonly<Record<string, string>> | undefined;
	/** Scheme of the Authorization header that came with it, never its value; undefined where no HTTP request is known. */
	readonly authScheme: AuthScheme | undefined;
	/** `hmac-sha256:…` of the token in that header, kind `token`, where `auth` says nothing of it. */
	readonly tokenDigest?: string | undefined;
	/** Of the connection that it came on, where TLS ended in this process. */
	readonly certificate?: CertificateFacts | undefined;
	/** Who asks by the word of the application. */
	readonly identity?: KnownIdentity | undefined;
	/** Where it came from (server) or went to (client); absent where there is no network. */
	readonly network?: Network | undefined;
	/** Milliseconds since the epoch. */
	readonly startMs: number;
	/** Microseconds of a monotonic clock. */
	readonly startUs: number;
	/** Set by the first observation that has one; later observers read it. */
	readonly trace: TraceIds | undefined;
	/** Set by the first observation that has one: the operation the request belongs to. */
	readonly operation?: OperationState | undefined;
	/** Id of the operation that another audit on the same peer says on the wire; a request carries one block. */
	readonly writtenId?: string;
	/** What it was sent with over HTTP, once its fetch was seen. */
	readonly carried?: Carried | undefined;
}

/** How an exchange ended. */
export interface Ending {
	readonly how:
		| "answered"
		| "cancelled"
		| "timeout"
		| "connection_closed"
		| "send_failed"
		| "superseded"
		| "evicted"
		| "refused"
		| "local";
	/** How it ended for its caller, where nothing of that went over the wire. */
	readonly verdict?: Outcome;
	/** The response frame, when one was seen. */
	readonly response?: JsonObject;
	/** False: the response could not be sent. */
	readonly delivered?: boolean;
	/** Was the tool's callback (or the prompt's, the resource's) entered? Absent = not known. */
	readonly entered?: boolean;
	/** The callback threw or rejected. */
	readonly threw?: boolean;
	/** False: the name asked for is known not to be registered here. Absent = not known. */
	readonly known?: boolean;
	/** The word of docs/outcomes.md, where the hook knows it better than `how` says it. */
	readonly reason?: string;
	readonly error?: unknown;
	/** Of a request that went out over HTTP, where its fetch was seen. */
	readonly carried?: Carried;
	/** Progress and log notifications that belonged to it. Absent = none. */
	readonly progressCount?: number;
	readonly logCount?: number;
	/** Milliseconds since the epoch, and microseconds of the monotonic clock. */
	readonly endMs: number;
	readonly endUs: number;
}

/** Why strict mode refuses a request: the JSON-RPC error the peer gets. */
export interface Refusal {
	readonly code: number;
	readonly message: string;
	readonly reason: string;
	/** `error.data` of the answer. */
	readonly data?: JsonObject;
}

/** What an observer keeps of one exchange. */
export interface Observation {
	readonly trace?: TraceIds;
	readonly operation?: OperationState;
	readonly meta?: Meta;
	/** Activates a context around the SDK's own handling; calls `fn` synchronously exactly once. */
	run?<R>(fn: () => R): R;
	/** Strict mode only: absent = go on, synchronously. */
	readonly admit?: Refusal | Promise<Refusal | undefined>;
	/**
	 * Sees the response in the moment it is handed over, before anybody can change it; `end` follows. What it gives back is
	 * added to the `_meta` of a result on its way out, on a copy; the host's own keys win.
	 */
	answered?(response: JsonObject): Meta | undefined | void;
	end(ending: Ending): void;
}

/** A notification on its way. */
export type Notification = Pick<
	Exchange,
	| "connection"
	| "direction"
	| "era"
	| "inbound"
	| "message"
	| "meta"
	| "method"
	| "params"
	| "protocolVersion"
	| "startUs"
>;

/** What an observer puts around a notification while it is handed on. */
export interface Passage extends Pick<Observation, "meta" | "run"> {
	/** It was handed on, or could not be. */
	end?(failed: boolean): void;
}

/** A question inside a result (2026-07-28), answered by a client's own handler. */
export interface LocalInput {
	readonly connection: Connection;
	readonly method: "elicitation/create" | "sampling/createMessage" | "roots/list";
	readonly params: JsonObject | undefined;
	/** The key under which it was asked, and will be answered in the retry. */
	readonly key: string;
	/** Absent where the handler threw. */
	readonly answer: unknown;
	readonly threw: boolean;
	/** Milliseconds since the epoch, and how long it took in microseconds. */
	readonly startMs: number;
	readonly endMs: number;
	readonly durationUs: number;
}

/** Stands around every request of a transport; all members are synchronous, and what they throw is swallowed. */
export interface Observer {
	/** `extra` is what the transport handed on beside the message; of what this side sends, undefined. */
	request?(exchange: Exchange, extra?: unknown): Observation | undefined;
	/** A call that this side answered or refused itself, or whose answer it did not take: beside its request, if it sent one. */
	local?(exchange: Exchange, ending: Ending): void;
	/** A question inside a result that this client's own handler answered, before anything went over the wire. */
	input?(input: LocalInput): void;
	/** Before any notification is handed on; what it is costs something to read, so that only who needs it does. */
	passing?(method: string, inbound: boolean, read: () => Notification): Passage | undefined;
	/** A notification that is not counted into its request's ending. */
	notification?(seen: Seen, extra?: unknown): void;
	/** A frame the SDK will drop. */
	refused?(seen: Seen, extra?: unknown): void;
	/** A response nobody asked for, or after its request was given up. */
	unmatched?(seen: Seen, extra?: unknown): void;
	/**
	 * The first message passes. Not told of a transport that serves one HTTP request: it is no connection to a peer.
	 */
	opened?(connection: Connection): void;
	closed?(connection: Connection, closing: Closing): void;
}
