import { block, closed, field, flag, int, integer, keyed, list, maybe, open } from "./kinds.ts";
import { raw, spanId, text, traceId, uri, word } from "./kinds.ts";
import { layers, statuses } from "../vocabulary.ts";

/** How it ended. */
export const outcome = block(
	"Outcome",
	"How it ended: status, who decided, why, and whether it acted.",
	{
		status: field(closed(statuses), "How it ended, by the table of outcomes.", {
			same: "ECS event.outcome",
		}),
		layer: maybe(
			open(layers, "protocol"),
			"Who decided; recorder = strict mode could not record it first.",
		),
		reason: maybe(word, "Why; required unless the status is success.", {
			same: "OTel error.type · ECS event.reason",
		}),
		executed: maybe(
			closed(["yes", "no", "unknown"]),
			"May the side effect have happened? What an auditor asks first.",
		),
		tool_error: maybe(flag, "`CallToolResult.isError`, present whenever such a result was seen.", {
			same: "OTel error.type=tool_error",
		}),
		rpc_code: maybe(integer, "JSON-RPC error code seen on the wire, never a local one.", {
			same: "rpc.response.status_code",
		}),
		http_status: maybe(int(100, 599), "Status of the HTTP exchange.", {
			same: "http.response.status_code",
		}),
		delivered: maybe(flag, "False: the answer could not be sent."),
		remediation: maybe(
			open(["available", "unavailable", "undisclosed"], "undisclosed"),
			"Of a denial (SEP-2643, or a 401 or 403 challenge): can the caller do something about it.",
		),
		message: maybe(text(512), "Scrubbed error text; only where policy says so.", {
			same: "ECS error.message",
		}),
	},
);

/** The message on the wire. */
export const mcp = block("Mcp", "The Model Context Protocol's own words about the message.", {
	method: maybe(text(128), "JSON-RPC method, any string.", {
		same: "mcp.method.name · ECS event.action · OCSF api.operation",
	}),
	request_id: maybe(
		text(128),
		"JSON-RPC id in string form; not a correlation key; absent when the body was never read.",
		{ same: "jsonrpc.request.id · OCSF request.uid" },
	),
	direction: field(closed(["client_to_server", "server_to_client"]), "Which way the message went."),
	role: field(open(["client", "server", "gateway"], "server"), "Which side recorded it.", {
		same: "span kind",
	}),
	protocol_version: maybe(text(32), "Protocol version of this request.", {
		same: "mcp.protocol.version",
	}),
	era: maybe(open(["legacy", "modern"], "modern"), "modern = 2026-07-28 and later."),
	transport: field(
		open(["stdio", "streamable_http", "http_sse", "websocket", "in_memory", "other"], "other"),
		"What carried the message.",
		{ same: "network.transport" },
	),
	local: maybe(flag, "True: nothing went over the wire (client cache, refused locally)."),
	session_digest: maybe(
		keyed,
		"Keyed digest (kind `session`) of a legacy `Mcp-Session-Id`, which is bearer-like and so never raw.",
		{ same: "mcp.session.id (hashed)" },
	),
	extensions: maybe(list(text(128), 16), "Negotiated extension identifiers."),
	result_type: maybe(word, "Kind of result: complete, input_required, task."),
	progress_count: maybe(int(), "Progress notifications folded into this request."),
	log_count: maybe(int(), "Log notifications folded into this request."),
});

/** The span made here. */
export const trace = block("Trace", "The span made here; works without a span SDK.", {
	id: field(traceId, "W3C trace id.", { same: "ECS trace.id · OCSF trace.uid" }),
	span_id: maybe(spanId, "Span made here.", { same: "ECS span.id" }),
	parent_span_id: maybe(spanId, "Parent span, from the wire."),
	flags: maybe(int(0, 255), "W3C trace flags."),
});

const shape = block("Shape", "What a JSON value looks like, without its values.", {
	type: field(
		open(["object", "array", "string", "number", "boolean", "null"], "object"),
		"JSON type.",
	),
	members: maybe(int(), "Members or items at the top."),
	depth: maybe(int(), "Deepest nesting; a value without members has 0."),
	keys: maybe(
		list(text(64), 32),
		"Top-level names that the definition's schema declares; other names can be secrets and are only counted.",
	),
	undeclared_keys: maybe(int(), "How many top-level names the schema does not declare."),
});

const part = block("ContentPart", "One content item of a result.", {
	type: field(word, "Content type, such as text, image, resource_link."),
	mime_type: maybe(text(128), "Media type."),
	bytes: maybe(int(), "Size in bytes."),
	digest: maybe(keyed, "Keyed digest of the item (kind `result`)."),
	uri: maybe(uri(1024), "Where the item says it is from."),
});

const payload = (what: string) => ({
	bytes: maybe(int(), "Length in bytes of the canonical form that was digested.", {
		same: what === "arguments" ? "http.request.body.bytes" : "http.response.body.bytes",
	}),
	digest: maybe(
		keyed,
		what === "arguments"
			? "Keyed digest (kind `arguments`) of arguments, else params, without `_meta`, RFC 8785, before the handler can change them."
			: "Keyed digest (kind `result`) of the result, without `_meta`, RFC 8785.",
	),
	undigested: maybe(open(["policy", "too_large", "not_json"], "policy"), "Why there is no digest."),
	shape: maybe(shape, `Shape of the ${what}.`),
	content: maybe(
		raw(16_384),
		"Redacted JSON text; only where policy says so. Not subject to the text rule, always an escaped JSON string.",
		{ same: what === "arguments" ? "gen_ai.tool.call.arguments" : "gen_ai.tool.call.result" },
	),
	truncated: maybe(flag, "True: `content` was cut."),
});

/** What was asked with. */
export const request = block("RequestMessage", "What it was asked with.", payload("arguments"));

/** What came back. */
export const response = block("ResponseMessage", "What came back.", {
	...payload("result"),
	parts: maybe(list(part, 16), "Content items, the first 16."),
	part_count: maybe(int(), "How many content items there were."),
});

/** What policy removed. */
export const redaction = block("Redaction", "Something that policy removed.", {
	path: field(text(256), "JSON Pointer; undeclared keys as `*`."),
	kind: field(word, "What was recognised there."),
	count: maybe(int(1), "How often; absent = once."),
});

/** What was allowed to be kept. */
export const recording = block("Recording", "What was allowed to be kept, and by which rule.", {
	level: field(
		open(["metadata", "request", "request_response"], "metadata"),
		"What was allowed to be kept, in Kubernetes' words.",
		{ same: "k8s level" },
	),
	policy: maybe(
		text(64),
		"Which policy: the first 12 hexadecimal digits of its digest, whole in `config.policy_digest`.",
		{ same: "OCSF policy.uid" },
	),
	rule: maybe(text(64), "Which rule of the policy decided."),
	trimmed: maybe(flag, "True: members were dropped to fit the line limit, or redaction failed."),
});

const mismatch = block(
	"HeaderMismatch",
	"A header and the body that disagreed (SEP-2243). URIs are scrubbed.",
	{
		header: field(text(64), "Header name."),
		header_value: maybe(text(256), "What the header said.", { peer: true }),
		body_value: maybe(text(256), "What the body said.", { peer: true }),
	},
);

const http = block("Http", "The HTTP exchange.", {
	method: maybe(text(16), "HTTP method.", { same: "http.request.method" }),
	version: maybe(text(8), "HTTP version."),
	user_agent: maybe(text(256), "User agent.", { peer: true, same: "user_agent.original" }),
	request_id: maybe(text(128), "Request id of the HTTP layer."),
	mismatch: maybe(list(mismatch, 8), "Headers that disagreed with the body (SEP-2243)."),
});

/** Where it came from and went to. */
export const network = block("Network", "Where it came from and went to; absent on stdio.", {
	client_address: maybe(text(64), "IP address of the client.", {
		same: "client.address · OCSF src_endpoint",
	}),
	client_port: maybe(int(0, 65_535), "Port of the client.", { same: "client.port" }),
	server_address: maybe(text(255), "Address of the server.", { same: "server.address" }),
	server_port: maybe(int(0, 65_535), "Port of the server.", { same: "server.port" }),
	forwarded: maybe(flag, "True: the client address is a trusted hop's word."),
	http: maybe(http, "The HTTP exchange."),
});
