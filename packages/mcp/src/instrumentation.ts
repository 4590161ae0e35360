import type { Audit } from "@mcp-trail/audit";
import { audited } from "./audited/audited.ts";
import { definitions } from "./audited/definitions.ts";
import { companion, type Companion } from "./client/companion.ts";
import { watchFetch } from "./client/watch-fetch.ts";
import { checkOptions } from "./check-options.ts";
import { capturesContent } from "./env.ts";
import { advertise } from "./extension/advertise.ts";
import { auditExtension, MISSING_CAPABILITY, type Extension } from "./extension/extension.ts";
import { speaks } from "./extension/of-audit.ts";
import { authFacts } from "./hook/auth-facts.ts";
import { hookEntry, type EntryGuard } from "./hook/hook-entry.ts";
import { member } from "./hook/loose.ts";
import { hookPeer, type PeerOptions } from "./hook/hook-peer.ts";
import type { OwnFacts } from "./hook/of-audit.ts";
import { reach } from "./hook/reached.ts";
import type { Watcher } from "./hook/watch.ts";
import { measureAudit } from "./otel/measure-audit.ts";
import { clientAddressReader, type TrustedHops } from "./http/client-address.ts";
import { identifier } from "./identity/identifier.ts";
import { askedOfWeb } from "./http/asked.ts";
import { edgeCore } from "./http/edge-core.ts";
import { identifies } from "./identity/of-audit.ts";
import type {
	Connectable,
	HighLevelServer,
	Instrumentation,
	InstrumentationOptions,
} from "./instrumentation-options.ts";
import { traced, type TracedOptions } from "./otel/traced.ts";
import { processAudit } from "./process-audit.ts";
import { emitWarning, reporter } from "./warnings.ts";

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
