import type { Audit } from "@mcp-trail/audit";
import { audited } from "./audited/audited.ts";
import { definitions } from "./audited/definitions.ts";
import { companion, type Companion, type Fetch } from "./client/companion.ts";
import { watchFetch } from "./client/watch-fetch.ts";
import { checkOptions } from "./check-options.ts";
import { capturesContent } from "./env.ts";
import { advertise } from "./extension/advertise.ts";
import { auditExtension, MISSING_CAPABILITY, type Extension } from "./extension/extension.ts";
import { speaks } from "./extension/of-audit.ts";
import type { ExtensionOptions } from "./extension/settings.ts";
import { authFacts } from "./hook/auth-facts.ts";
import { hookEntry, type EntryGuard } from "./hook/hook-entry.ts";
import { member } from "./hook/loose.ts";
import { hookPeer, type PeerOptions } from "./hook/hook-peer.ts";
import type { OwnFacts } from "./hook/of-audit.ts";
import { reach, type ListedServer } from "./hook/reached.ts";
import type { Watcher } from "./hook/watch.ts";
import { measureAudit } from "./otel/measure-audit.ts";
import { clientAddressReader, type TrustedHops } from "./http/client-address.ts";
import { identifier } from "./identity/identifier.ts";
import { askedOfWeb } from "./http/asked.ts";
import { edgeCore } from "./http/edge-core.ts";
import type { Identify } from "./identity/identity.ts";
import { identifies } from "./identity/of-audit.ts";
import { traced, type TracedOptions } from "./otel/traced.ts";
import { processAudit } from "./process-audit.ts";
import { emitWarning, reporter } from "./warnings.ts";

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

/** Spans are made once, however many instrumentations there are. */
const TRACES = Symbol.for("mcp-trail.traces");

function positive(value: number, name: string): number {
	if (Number.isSafeInteger(value) && value > 0) return value;
	throw new TypeError(`${name} is ${String(value)}; give a whole number above 0.`);
}

/**
 * Makes one instrumentation for any number of clients and servers. What it learns from lists (definitions, hints)
 * outlives a server made for one request.
 *
 * @example
 * const trail = instrumentation({ audit });
 * const handler = trail.handler(createMcpHandler(() => trail.server(buildServer())));
 */
export function instrumentation(options: InstrumentationOptions = {}): Instrumentation {
	checkOptions(options);
	const { audit = processAudit() ?? false, onWarning = emitWarning } = options;
	const maxOpen = positive(options.maxOpenRequests ?? 10_000, "maxOpenRequests");
	const openTtlMs = positive(options.openRequestTtlMs ?? 6 * 60 * 60 * 1000, "openRequestTtlMs");
	const maxDigestBytes = positive(options.maxDigestBytes ?? 1_048_576, "maxDigestBytes");
	const { warn, onFault } = reporter(onWarning);

	const extension = extensionOf(options.extension);
	if (audit && extension) speaks(audit, extension);
	const digestToken = audit
		? (token: string): string => audit.digester.digest("token", token)
		: undefined;
	const digestCommand = audit
		? (line: string): string => audit.digester.digest("command", line)
		: undefined;
	const identify = identifier({ identify: options.identify, digestToken, warn });
	if (audit && identify) identifies(audit, identify);
	const own: OwnFacts = {
		digestToken,
		identify,
		addressOf: clientAddressReader(options),
		reach: reach(options.servers, digestCommand),
		readAuth: (authInfo) => {
			try {
				return authFacts(authInfo, digestToken);
			} catch (fault) {
				// What cannot be read proves nothing; the request is recorded all the same.
				onFault(fault);
				return undefined;
			}
		},
	};
	const shared: Omit<PeerOptions, "role"> = {
		...own,
		...(audit && { recorder: audit }),
		maxOpen,
		openTtlMs: Math.min(openTtlMs, 2 ** 31 - 1),
		onFault,
		warn,
	};
	const watchers: Watcher[] = [
		{ key: TRACES, observer: traced(tracedOptions(options, audit, warn)) },
	];
	const companions: Companion[] = [];
	if (audit) {
		const observer = audited({
			audit,
			definitions: definitions(),
			maxDigestBytes,
			extension,
			onFault,
			onGate: () =>
				warn(
					"gate_ignored",
					"The audit's policy decided a gate, which holds nothing back: strict mode is not built. Leave it out, or let handlers await audit.secure().",
				),
		});
		const watchesFetches = companion({ audit, identify, onFault });
		companions.push(watchesFetches);
		watchers.push({ key: audit, observer, own, companion: watchesFetches });
	}
	// Now, where the SDK is started before; else when the first request comes after it was.
	if (audit && options.metrics !== false) measureAudit(audit, options);
	const guard = audit && extension ? entryGuard(audit, extension, options, onFault) : undefined;
	const hook = <T>(target: T, role: PeerOptions["role"]): T => {
		hookPeer(target, { ...shared, role }, watchers);
		if (audit && extension && !advertise(target, extension.id, extension.settings(role)))
			warn(
				"extension_late",
				"The audit extension is not declared: capabilities are fixed once a peer is connected. Instrument it before connect().",
			);
		return target;
	};
	return {
		server: (server) => hook(server, "server"),
		client: (client) => hook(client, "client"),
		handler: (handler) => {
			if (audit) hookEntry(handler, audit, guard);
			return handler;
		},
		fetch: (fetch) => (audit ? watchFetch(fetch, () => companions, {}) : fetch),
	};
}

const isMcp = (): boolean => true;

/** Of a mandatory extension; what it refuses is counted as an edge's refusals are. */
function entryGuard(
	audit: Audit,
	extension: Extension,
	hops: TrustedHops,
	onFault: (fault: unknown) => void,
): EntryGuard | undefined {
	if (extension.refusalAtEntry(undefined) === undefined) return undefined;
	const addressOf = clientAddressReader(hops);
	const edge = edgeCore({ audit, isMcp, addressOf, windowMs: 5_000, maxKinds: 256, onFault });
	return {
		extension,
		onFault,
		refused(request, options, { frame }) {
			const extras = { authInfo: member(options, "authInfo"), parsedBody: frame };
			const exchange = edge.watch(() => askedOfWeb(request, extras, undefined));
			exchange?.ended({ status: 400, challenge: undefined, code: MISSING_CAPABILITY });
		},
	};
}

function extensionOf(option: InstrumentationOptions["extension"]): Extension | undefined {
	if (option === undefined || option === false) return undefined;
	return auditExtension(option === true ? {} : option);
}

function tracedOptions(
	options: InstrumentationOptions,
	audit: Audit | false,
	warn: ReturnType<typeof reporter>["warn"],
): TracedOptions {
	const { traces, tracerProvider, metrics, meterProvider, inject, trustPeerTrace } = options;
	const { captureErrorMessages, captureMessageContent = false } = options;
	const { requestHook, responseHook, rpcStatusCodeAttribute, propagateBaggage } = options;
	return {
		...(traces !== undefined && { traces }),
		...(tracerProvider && { tracerProvider }),
		...(metrics !== undefined && { metrics }),
		...(meterProvider && { meterProvider }),
		...(inject !== undefined && { inject }),
		...(trustPeerTrace !== undefined && { trustPeerTrace }),
		captureMessageContent: capturesContent() ?? captureMessageContent,
		...(captureErrorMessages !== undefined && { captureErrorMessages }),
		...(propagateBaggage !== undefined && { propagateBaggage }),
		...(requestHook && { requestHook }),
		...(responseHook && { responseHook }),
		...(rpcStatusCodeAttribute && { rpcStatusCodeAttribute }),
		onHookFault: (fault) =>
			warn("hook_failed", "A hook on spans failed; the traffic went on. See the cause.", fault),
		...(audit && {
			onMeterProvider: (found: NonNullable<TracedOptions["meterProvider"]>) => {
				measureAudit(audit, { meterProvider: found });
			},
			digest: (kind: "session", value: string) => audit.digester.digest(kind, value),
		}),
	};
}

/**
 * Instruments one server; the same instance comes back.
 *
 * @example
 * const server = instrumentServer(new McpServer({ name: "tickets", version: "1.0.0" }), { audit });
 */
export function instrumentServer<T extends Connectable | HighLevelServer>(
	server: T,
	options?: InstrumentationOptions,
): T {
	return instrumentation(options).server(server);
}

/**
 * Instruments one client; the same instance comes back.
 *
 * @example
 * const client = instrumentClient(new Client({ name: "desk", version: "1.0.0" }), { audit });
 */
export function instrumentClient<T extends Connectable>(
	client: T,
	options?: InstrumentationOptions,
): T {
	return instrumentation(options).client(client);
}
