import * as api from "@opentelemetry/api";
import { isSelfTelling } from "../client/sending.ts";
import type { Connection } from "../peer-connection.ts";
import type {
	Ending,
	Exchange,
	Notification,
	Observation,
	Observer,
	TraceIds,
} from "../observer.ts";
import type { Meta } from "../json-object.ts";
import { newSpanId, newTraceId, parseTraceparent } from "../trace-ids.ts";
import { activeContext, around, runContext, runMinted, withRequest } from "./ambient.ts";
import { type BaggageKeys, sentBaggage } from "./baggage.ts";
import { hasContext, inject, injectIds, stateOf } from "./carrier.ts";
import { setRequestContent } from "./content.ts";
import { callHook, type SpanHooks } from "./hooks.ts";
import { type Inject, injects } from "./inject.ts";
import { type Instruments, instrumentsSource } from "./instruments.ts";
import { type Measured, recordOperation } from "./measure.ts";
import { notices } from "./notices.ts";
import { operationAttributes } from "./operation.ts";
import { parentsOf, startSpan } from "./parents.ts";
import { ATTR_RPC_STATUS_CODE, type RpcStatusCode } from "./semconv.ts";
import { sessions } from "./sessions.ts";
import { type Answer, describeEnd, readAnswer, type SpanEnd, spanEnd } from "./span-end.ts";
import { boundName, type Digest, type SpanStart, spanStart } from "./span.ts";
import { outerToolSpan, parentIdOf } from "./tool-span.ts";
import { tracerSource } from "./tracer.ts";

/** Options of {@link traced}. */
export interface TracedOptions extends SpanHooks {
	/** Make spans. When false, W3C ids are still minted and propagated, so that both sides' events join. @default true */
	readonly traces?: boolean;
	/** Into which outbound requests and notifications trace context is written. @default "spec" */
	readonly inject?: Inject;
	/** False: a peer's trace context becomes a link, never the parent. @default true */
	readonly trustPeerTrace?: boolean;
	/** The provider of spans. @default the globally registered one, also when it is registered later */
	readonly tracerProvider?: api.TracerProvider;
	/** Measure the durations of requests and sessions. @default true */
	readonly metrics?: boolean;
	/** The provider of meters. @default the globally registered one, also when it is registered later */
	readonly meterProvider?: api.MeterProvider;
	/** Digests `Mcp-Session-Id`; without it no span carries a session. */
	readonly digest?: Digest;
	/** Keep the peer's error text as the span's status description. @default false */
	readonly captureErrorMessages?: boolean;
	/** Keep what tools and prompts were asked with, and what tools answered. @default false */
	readonly captureMessageContent?: boolean;
	/** What the code of a JSON-RPC error is called. @default ATTR_RPC_STATUS_CODE */
	readonly rpcStatusCodeAttribute?: RpcStatusCode;
	/** Baggage that passes to and from peers. @default false */
	readonly propagateBaggage?: BaggageKeys;
	/** Told of each meter provider in which durations are measured. */
	readonly onMeterProvider?: (provider: api.MeterProvider) => void;
	/** Takes what a hook threw. */
	readonly onHookFault?: (fault: unknown) => void;
}

const ignored = (): void => undefined;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Nothing was begun that would have to be ended. */
const ended: Observation["end"] = () => undefined;

const HTTP: ReadonlySet<Connection["transport"]> = new Set(["streamable_http", "http_sse"]);

/**
 * True where nothing that a sending runs could see minted ids: they need no context then. One `AsyncLocalStorage` in
 * use slows every promise of a process before Node 24 (a tenth of a call's CPU).
 */
function leaves(connection: Connection, isWritten: boolean): boolean {
	const { transport, role } = connection;
	if (transport === "stdio" || transport === "websocket") return true;
	if (!HTTP.has(transport)) return false;
	// A `fetch` of the host's may end in this process, and an auth provider makes requests of its own.
	return isWritten || role === "server" || isSelfTelling(connection);
}

/** Only sampled and random have a meaning in version 00; unknown flags are not passed on. */
const KNOWN_FLAGS = 0x03;

/**
 * Makes one span of every request and notification, measures how long it took, and propagates trace context in `params._meta` (SEP-414).
 * Without an SDK, or with traces off, it mints ids instead: a root with flags 00, a child with its parent's flags.
 */
export function traced(options: TracedOptions = {}): Observer {
	const { traces = true, metrics = true, inject: into = "spec", trustPeerTrace = true } = options;
	const { digest, captureErrorMessages = false, captureMessageContent = false } = options;
	const { rpcStatusCodeAttribute: statusCode = ATTR_RPC_STATUS_CODE } = options;
	const { requestHook, responseHook, onHookFault = ignored } = options;
	const { propagateBaggage: baggage = false } = options;
	const words = { keepMessage: captureErrorMessages, statusCode };
	const tracerNow = traces ? tracerSource(options.tracerProvider) : () => undefined;
	const instrumentsNow = metrics
		? instrumentsSource(options.meterProvider, options.onMeterProvider)
		: () => undefined;
	const session = sessions();
	const trust = { trustPeerTrace, baggage };

	function writes(exchange: Notification): boolean {
		if (exchange.inbound || hasContext(exchange.meta)) return false;
		return injects(into, exchange.method, exchange.era === "modern");
	}

	function minted(exchange: Exchange, instruments: Instruments | undefined): Observation {
		const measured = instruments && { instruments, attributes: operationAttributes(exchange) };
		const wire = exchange.inbound && trustPeerTrace ? exchange.meta : undefined;
		const remote = parseTraceparent(wire?.["traceparent"]);
		const ambient = remote === undefined ? around() : undefined;
		const parent = remote ?? ambient;
		const traceId = parent?.traceId ?? newTraceId();
		const spanId = newSpanId();
		const flags = (parent?.flags ?? 0) & KNOWN_FLAGS;
		const state = remote !== undefined && wire !== undefined ? stateOf(wire) : ambient?.state;
		const ids =
			state === undefined ? { traceId, spanId, flags } : { traceId, spanId, flags, state };
		const observation: Writable<Observation> = {
			trace: traceIds(traceId, spanId, flags, parent?.spanId),
			end: ended,
		};
		if (measured !== undefined)
			Object.assign(
				observation,
				settled(exchange, false, (ending, end) =>
					recordOperation(measured, exchange, ending, end, api.ROOT_CONTEXT, statusCode),
				),
			);
		const isWritten = writes(exchange);
		if (isWritten) observation.meta = injectIds(ids);
		if (exchange.inbound || !leaves(exchange.connection, isWritten))
			observation.run = (fn) => runMinted(ids, exchange, fn);
		return observation;
	}

	function recorded(
		exchange: Exchange,
		tracer: api.Tracer,
		instruments: Instruments | undefined,
	): Observation | undefined {
		const active = activeContext();
		const parents = parentsOf(active, exchange, trust);
		const start = spanStart(exchange, digest);
		const measured = instruments && { instruments, attributes: start.attributes };
		if (captureMessageContent) setRequestContent(exchange, start.attributes);
		const tool = exchange.method === "tools/call" && !exchange.inbound && exchange.params?.["name"];
		const outer = outerToolSpan(active, tool);
		if (outer !== undefined) return enriched(exchange, outer, active, start, measured);
		const span = startSpan(tracer, start.name, start, parents);
		if (span === undefined) return undefined;
		const made = span.spanContext();
		const { base, parent } = parents;
		hookRequest(span, exchange);
		const context = withRequest(api.trace.setSpan(base, span), exchange);
		const meta: Meta | undefined = writes(exchange)
			? inject(sentBaggage(context, baggage))
			: undefined;
		const { answered, end } = ends(exchange, span, context, measured, () => span.end());
		const observation: Writable<Observation> = {
			trace: traceIds(made.traceId, made.spanId, made.traceFlags, parent?.spanId),
			run: (fn) => runContext(context, fn),
			answered,
			end,
		};
		if (meta !== undefined) observation.meta = meta;
		return observation;
	}

	/** The span is its owner's: it is not ended here, and gets no other name. */
	function enriched(
		exchange: Exchange,
		span: api.Span,
		context: api.Context,
		{ attributes }: SpanStart,
		measured: Measured | undefined,
	): Observation {
		const { traceId, spanId, traceFlags } = span.spanContext();
		span.setAttributes(attributes);
		hookRequest(span, exchange);
		const meta = writes(exchange) ? inject(sentBaggage(context, baggage)) : undefined;
		return {
			trace: traceIds(traceId, spanId, traceFlags, parentIdOf(span)),
			...(meta === undefined ? {} : { meta }),
			...ends(exchange, span, context, measured),
		};
	}

	function ends(
		exchange: Exchange,
		span: api.Span,
		context: api.Context,
		measured: Measured | undefined,
		finish?: () => void,
	): Required<Pick<Observation, "answered" | "end">> {
		return settled(exchange, captureMessageContent, (ending, end) => {
			// Its owner may have ended it before.
			if (finish !== undefined || span.isRecording()) describeEnd(span, end, words);
			if (finish !== undefined) boundName(span, exchange, ending, end);
			hookResponse(span, exchange, ending);
			finish?.();
			if (measured !== undefined)
				recordOperation(measured, exchange, ending, end, context, statusCode);
		});
	}

	function hookRequest(span: api.Span, exchange: Exchange): void {
		if (requestHook === undefined || !span.isRecording()) return;
		callHook(() => requestHook(span, exchange), onHookFault);
	}

	function hookResponse(span: api.Span, request: Exchange, { response }: Ending): void {
		if (responseHook === undefined || response === undefined || !span.isRecording()) return;
		callHook(() => responseHook(span, { request, response }), onHookFault);
	}

	return {
		request(exchange) {
			const tracer = tracerNow();
			const instruments = instrumentsNow();
			if (metrics) session.requested(exchange);
			return (tracer && recorded(exchange, tracer, instruments)) ?? minted(exchange, instruments);
		},
		...notices({ ...trust, tracerNow, instrumentsNow, writes, digest, statusCode }),
		...(metrics && {
			notification: session.notified,
			closed: (connection, closing) => session.closed(connection, closing, instrumentsNow()),
		}),
	};
}

/** Reads the response in the moment it is handed over, and says at the end how the request ended. */
function settled(
	exchange: Exchange,
	capture: boolean,
	done: (ending: Ending, end: SpanEnd) => void,
): Required<Pick<Observation, "answered" | "end">> {
	const keep = capture && exchange.method === "tools/call";
	let answer: Answer | undefined;
	return {
		answered(response) {
			answer = readAnswer(response, keep);
		},
		end(ending) {
			answer ??= readAnswer(ending.response, keep);
			done(ending, spanEnd(exchange, ending, answer));
		},
	};
}

function traceIds(
	traceId: string,
	spanId: string,
	flags: number,
	parentSpanId: string | undefined,
): TraceIds {
	return parentSpanId === undefined
		? { traceId, spanId, flags }
		: { traceId, spanId, parentSpanId, flags };
}
