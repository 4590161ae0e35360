import type * as api from "@opentelemetry/api";
import { isKnownMethod } from "../describe/methods.ts";
import { isKnownRevision } from "../describe/revisions.ts";
import type { Ending, Notification } from "../observer.ts";
import type { BoundedAttribute, Instruments, SideInstruments } from "./instruments.ts";
import {
	ATTR_ERROR_TYPE,
	ATTR_GEN_AI_OPERATION_NAME,
	ATTR_GEN_AI_PROMPT_NAME,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_MCP_METHOD_NAME,
	ATTR_MCP_PROTOCOL_VERSION,
	ATTR_NETWORK_PROTOCOL_NAME,
	ATTR_NETWORK_TRANSPORT,
	ATTR_SERVER_ADDRESS,
	ATTR_SERVER_PORT,
	METHOD_NOT_FOUND,
	type RpcStatusCode,
} from "./semconv.ts";
import type { SpanEnd } from "./span-end.ts";

const UNSUPPORTED_VERSION = "-32022";

/** A request whose duration is measured. */
export interface Measured {
	readonly instruments: Instruments;
	/** What its span says, or would say: what would make too many of them is left out when it ends. */
	readonly attributes: api.Attributes;
}

const OPERATION = [
	ATTR_MCP_METHOD_NAME,
	ATTR_MCP_PROTOCOL_VERSION,
	ATTR_NETWORK_TRANSPORT,
	ATTR_NETWORK_PROTOCOL_NAME,
	ATTR_SERVER_ADDRESS,
	ATTR_SERVER_PORT,
	ATTR_GEN_AI_OPERATION_NAME,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_GEN_AI_PROMPT_NAME,
] as const;

/** Attribute sets kept to be said again; beyond, they are made anew. */
const MAX_USUAL = 2_000;

/** One for each set of attributes of a request that went well: texts are cleaned, so none holds the separator. */
function usualKey(said: api.Attributes, version: api.AttributeValue | undefined): string {
	let key = "";
	for (const name of OPERATION) {
		const value = name === ATTR_MCP_PROTOCOL_VERSION ? version : said[name];
		key += value === undefined ? "\n" : `${String(value)}\n`;
	}
	return key;
}

/** Records how long a request took. What most requests say is made once, and said again without being made. */
export function recordOperation(
	{ instruments, attributes: said }: Measured,
	exchange: Pick<Notification, "inbound" | "method" | "startUs">,
	ending: Pick<Ending, "endUs" | "how" | "known">,
	end: SpanEnd,
	context: api.Context,
	statusCode: RpcStatusCode,
): void {
	const side = exchange.inbound ? instruments.server : instruments.client;
	const seconds = Math.max(0, ending.endUs - exchange.startUs) / 1e6;
	const version = end.attributes[ATTR_MCP_PROTOCOL_VERSION] ?? said[ATTR_MCP_PROTOCOL_VERSION];
	const plain = ending.how === "answered" && end.code === undefined && end.errorType === undefined;
	const key = plain ? usualKey(said, version) : undefined;
	const usual = key === undefined ? undefined : side.usual.get(key);
	if (usual !== undefined) return side.operation.record(seconds, usual, context);

	const { attributes, whole } = boundAttributes(side, said, version, exchange, ending, end);
	if (end.code !== undefined) attributes[statusCode] = side.bounded(statusCode, end.code, true);
	if (end.errorType !== undefined)
		attributes[ATTR_ERROR_TYPE] = side.bounded(ATTR_ERROR_TYPE, end.errorType, true);
	if (key !== undefined && whole && side.usual.size < MAX_USUAL) side.usual.set(key, attributes);
	side.operation.record(seconds, attributes, context);
}

/**
 * What a duration says of its request. A name that a peer made up takes no place in the bound: one is counted only
 * once it is known to be a real one. `whole` = nothing had to be left unsaid.
 */
function boundAttributes(
	{ bounded }: SideInstruments,
	said: api.Attributes,
	version: api.AttributeValue | undefined,
	{ inbound, method }: Pick<Notification, "inbound" | "method">,
	ending: Pick<Ending, "how" | "known">,
	end: SpanEnd,
): { readonly attributes: api.Attributes; readonly whole: boolean } {
	const attributes: api.Attributes = {};
	for (const key of OPERATION) {
		const value = key === ATTR_MCP_PROTOCOL_VERSION ? version : said[key];
		if (value !== undefined) attributes[key] = value;
	}
	let whole = true;
	const bound = (key: BoundedAttribute, admits: boolean): void => {
		const value = attributes[key];
		if (value === undefined) return;
		const kept = bounded(key, String(value), admits);
		whole &&= kept === value;
		attributes[key] = kept;
	};
	const { code } = end;
	const answered = ending.how === "answered";
	const known = ending.known ?? (answered && !end.callerFault);
	bound(
		ATTR_MCP_METHOD_NAME,
		!inbound || isKnownMethod(method) || (answered && code !== METHOD_NOT_FOUND),
	);
	bound(ATTR_GEN_AI_TOOL_NAME, !inbound || known);
	bound(ATTR_GEN_AI_PROMPT_NAME, !inbound || known);
	bound(
		ATTR_MCP_PROTOCOL_VERSION,
		!inbound ||
			isKnownRevision(String(version)) ||
			(answered && !end.callerFault && code !== UNSUPPORTED_VERSION),
	);
	return { attributes, whole };
}
