import type { Audit } from "@mcp-trail/audit";
import type { Fetch } from "./client/companion.ts";
import type { ExtensionOptions } from "./extension/settings.ts";
import type { ListedServer } from "./hook/reached.ts";
import type { TrustedHops } from "./http/client-address.ts";
import type { Identify } from "./identity/identity.ts";
import type { TracedOptions } from "./otel/traced.ts";

/** The low-level end of a connection, as both SDK generations have it. */
export interface Connectable {
	connect(transport: never, options?: never): Promise<unknown>;
	close(): Promise<unknown>;
}

/** An `McpServer`, as both SDK generations have it. */
export interface HighLevelServer extends Connectable {
	readonly server: Connectable;
}

/** What an instrumentation is made of. */
export interface InstrumentationOptions extends TrustedHops {
	/** Where events go; `false` = no audit. @default the process's own audit, where one was set up */
	readonly audit?: Audit | false;
	/** Make spans with the OpenTelemetry API. Off, W3C ids are still minted and propagated. @default true */
	readonly traces?: boolean;
	/** The provider of spans. @default the globally registered one, also when it is registered later */
	readonly tracerProvider?: NonNullable<TracedOptions["tracerProvider"]>;
	/** Measure the durations of requests and sessions, where a meter provider is registered. @default true */
	readonly metrics?: boolean;
	/** The provider of meters. @default the globally registered one, also when it is registered later */
	readonly meterProvider?: NonNullable<TracedOptions["meterProvider"]>;
	/** Into which requests trace context is written. @default "spec" */
	readonly inject?: "spec" | "all" | "none";
	/** Take a peer's trace context as parent; otherwise it becomes a link. @default true */
	readonly trustPeerTrace?: boolean;
	/**
	 * Send the active baggage to peers, and make theirs active: none of it, these keys, or all. A server of another
	 * party reads what it is sent, and what a peer sends is its word. @default false
	 */
	readonly propagateBaggage?: boolean | readonly string[];
	/**
	 * Put what tools and prompts are asked with, and what tools answer, on spans; no policy of the audit touches that.
	 * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, where set, overrides it. @default false
	 */
	readonly captureMessageContent?: boolean;
	/** Put a peer's error text on spans as the status description. @default false */
	readonly captureErrorMessages?: boolean;
	/** Adds to a span that has just started; what it throws never reaches the host. */
	readonly requestHook?: NonNullable<TracedOptions["requestHook"]>;
	/** Adds to a span before it ends, where there was a response; what it throws never reaches the host. */
	readonly responseHook?: NonNullable<TracedOptions["responseHook"]>;
	/**
	 * What spans and metrics call the code of a JSON-RPC error: as the MCP conventions say it, or as OpenTelemetry's
	 * core renamed it (semantic-conventions #3921). @default "rpc.response.status_code"
	 */
	readonly rpcStatusCodeAttribute?: "rpc.response.status_code" | "rpc.status_code";
	/** Speak the audit extension with peers that do (docs/extension). @default false */
	readonly extension?: boolean | ExtensionOptions;
	/** Open requests per connection and direction; beyond, the oldest ends `evicted`. @default 10_000 */
	readonly maxOpenRequests?: number;
	/** After this an open request ends `evicted`, in milliseconds. @default 21_600_000 (six hours) */
	readonly openRequestTtlMs?: number;
	/** Arguments and results whose canonical form is longer get no digest, in bytes. @default 1_048_576 */
	readonly maxDigestBytes?: number;
	/**
	 * Tells who asks, where the application knows it better than a token says. Called synchronously for every message of a
	 * client; what it returns is the application's word (`asserted`) unless it says that it checked a credential.
	 */
	readonly identify?: Identify;
	/**
	 * The servers that clients may reach, by URL (a path of `/` stands for the whole origin) or command. Events name a
	 * server by its `id` here, and `connection.listed` says whether it is one of them. @default no list
	 */
	readonly servers?: readonly ListedServer[];
	/** Takes what could not be observed. @default a process warning */
	readonly onWarning?: (warning: Error & { readonly code: string }) => void;
}

/** Adds observation to clients and servers; every call gives the same instance back. */
export interface Instrumentation {
	/** Call it before `connect()`; best before tools are registered, so that their callbacks are seen. */
	server<T>(server: T): T;
	/** Call it before `connect()`. */
	client<T>(client: T): T;
	/**
	 * Takes what `createMcpHandler()` returned; its factory instruments each server with {@link Instrumentation.server}.
	 * An HTTP edge around it then tells what the entry drops with 202 from what it takes.
	 */
	handler<T>(handler: T): T;
	/**
	 * Watches the `fetch` that OAuth helpers, or transports with DPoP, are given: tokens asked for, clients registered. The
	 * HTTP transports of instrumented clients are watched without it.
	 */
	fetch<F extends Fetch>(fetch: F): F;
}
