import * as api from "@opentelemetry/api";
import { isKnownNotification } from "../describe/notifications.ts";
import { isKnownRevision } from "../describe/revisions.ts";
import type { Notification, Observer, Passage } from "../observer.ts";
import { activeContext, runContext } from "./ambient.ts";
import { sentBaggage } from "./baggage.ts";
import { inject } from "./carrier.ts";
import type { Instruments } from "./instruments.ts";
import { recordOperation } from "./measure.ts";
import { parentsOf, type PeerTrust, startSpan, validSpan } from "./parents.ts";
import {
	ATTR_ERROR_TYPE,
	ATTR_MCP_METHOD_NAME,
	ATTR_MCP_PROTOCOL_VERSION,
	ERROR_TYPE_OTHER,
	type RpcStatusCode,
	VALUE_OTHER,
} from "./semconv.ts";
import { type Digest, spanStart } from "./span.ts";

/** What notifications are traced with. */
interface NoticesOptions extends PeerTrust {
	readonly tracerNow: () => api.Tracer | undefined;
	readonly instrumentsNow: () => Instruments | undefined;
	/** Trace context goes into it. */
	readonly writes: (notification: Notification) => boolean;
	readonly digest: Digest | undefined;
	readonly statusCode: RpcStatusCode;
}

/**
 * They belong to a request, whose span is theirs: it lasts as long, and says that it was cancelled. A span for each
 * would make a call that reports its progress a flood.
 */
const OF_REQUESTS: ReadonlySet<string> = new Set([
	"notifications/cancelled",
	"notifications/message",
	"notifications/progress",
]);

/** Makes one span of every notification that stands for itself, and measures it; without an SDK none is touched. */
export function notices(options: NoticesOptions): Pick<Observer, "passing"> {
	const { tracerNow, instrumentsNow, writes, baggage, digest, statusCode } = options;

	/** The context in which it is sent goes with it: that of the request in whose handler it is. */
	function accompanied(notification: Notification): Passage | undefined {
		const active = activeContext();
		if (validSpan(active) === undefined || !writes(notification)) return undefined;
		const meta = inject(sentBaggage(active, baggage));
		return meta && { meta };
	}

	function spanned(
		notification: Notification,
		tracer: api.Tracer | undefined,
		instruments: Instruments | undefined,
	): Passage {
		const { inbound, method } = notification;
		const start = spanStart(notification, digest);
		const active = activeContext();
		const parents = parentsOf(active, notification, options);
		// Nobody answers one that nobody takes: what a peer made up is not told from what exists.
		const isKnown = !inbound || isKnownNotification(method);
		const name = isKnown ? start.name : VALUE_OTHER;
		const span = tracer && startSpan(tracer, name, start, parents);
		const context = span ? api.trace.setSpan(parents.base, span) : active;
		const meta = span && writes(notification) ? inject(sentBaggage(context, baggage)) : undefined;
		return {
			...(meta && { meta }),
			...(span && { run: (fn) => runContext(context, fn) }),
			end(failed) {
				const errorType = inbound ? ERROR_TYPE_OTHER : "send_failed";
				if (span && failed) {
					span.setAttribute(ATTR_ERROR_TYPE, errorType);
					span.setStatus({ code: api.SpanStatusCode.ERROR });
				}
				span?.end();
				if (instruments === undefined) return;
				const attributes = bounded(notification, start.attributes, isKnown);
				const ending = { how: "answered", endUs: performance.now() * 1000 } as const;
				const end = { attributes: {}, callerFault: false, ...(failed && { errorType }) };
				const measured = { instruments, attributes };
				recordOperation(measured, notification, ending, end, context, statusCode);
			},
		};
	}

	return {
		passing(method, inbound, read) {
			const tracer = tracerNow();
			if (OF_REQUESTS.has(method))
				return inbound || tracer === undefined ? undefined : accompanied(read());
			const instruments = instrumentsNow();
			if (tracer === undefined && instruments === undefined) return undefined;
			return spanned(read(), tracer, instruments);
		},
	};
}

/** What a duration says of a notification: of what a peer may make up, only what some revision defines. */
function bounded(
	{ inbound, protocolVersion }: Notification,
	attributes: api.Attributes,
	isKnown: boolean,
): api.Attributes {
	const said = { ...attributes };
	if (!isKnown) said[ATTR_MCP_METHOD_NAME] = VALUE_OTHER;
	if (inbound && protocolVersion !== undefined && !isKnownRevision(protocolVersion))
		said[ATTR_MCP_PROTOCOL_VERSION] = VALUE_OTHER;
	return said;
}
