import {
	said,
	headed,
	call,
	ping,
	notification,
	response,
	everywhere,
	sessions,
	entry,
	request,
	success,
	refusedRequest,
	refused,
	rejected,
	inVersion,
	type Situation,
} from "./http-asks.ts";
import { rpc } from "./http-place-names.ts";

/** What is wrong with, or right about, a frame and its headers. */
export const ofFrames: readonly Situation[] = [
	{
		id: "wire.http_answered",
		says: "A request that is answered is one success.",
		ask: (name) => call(name, "echo"),
		expected: everywhere({ status: 200, events: [success] }),
	},
	{
		id: "wire.http_notification",
		says: "A notification that is accepted is one event.",
		ask: () => ({ body: notification }),
		expected: everywhere({
			status: 202,
			events: [{ type: "mcp.notification", mcp: { method: "notifications/roots/list_changed" } }],
		}),
	},
	{
		id: "wire.http_posted_response",
		says: "A response that nobody waits for is unmatched.",
		ask: () => ({ body: response }),
		expected: everywhere({
			status: 202,
			events: [{ type: "mcp.message.unmatched", outcome: { reason: "unasked_response" } }],
		}),
	},
	{
		id: "wire.http_posted_response_refused",
		says: "A response posted to an entry that takes none is refused.",
		ask: () => ({ body: response, legacy: "reject" }),
		expected: entry(refused(400, "not_json_rpc", -32600)),
	},
	{
		id: "wire.http_malformed_json",
		says: "Malformed JSON is one refused message.",
		ask: () => ({ body: "{" }),
		expected: everywhere(refused(400, "malformed_json", -32700)),
	},
	{
		id: "wire.http_not_json_rpc",
		says: "JSON that is no JSON-RPC is one refused message.",
		ask: () => ({ body: '{"a":1}' }),
		expected: {
			// Both transports with sessions answer it as if it were no JSON.
			...sessions(refused(400, "malformed_json", -32700)),
			...entry(refused(400, "not_json_rpc", -32600)),
		},
	},
	{
		id: "wire.http_batch",
		says: "Each request of a batch has its event.",
		ask: () => ({ body: `[${ping},${rpc("ping", {}, 2)}]` }),
		expected: everywhere({ status: 200, events: [success, success] }),
	},
	{
		id: "wire.http_batch_too_long",
		says: "A batch of more than 100 messages is refused whole, once.",
		ask: () => ({
			body: `[${Array.from({ length: 101 }, (_, id) => rpc("ping", {}, id)).join()}]`,
		}),
		expected: everywhere(refused(400, "not_json_rpc", -32600)),
	},
	{
		id: "wire.http_batch_empty",
		says: "An empty batch is refused where it is an error.",
		ask: () => ({ body: "[]" }),
		expected: entry(refused(400, "not_json_rpc", -32600)),
	},
	{
		id: "wire.http_batch_modern",
		says: "A batch with a request of 2026-07-28 is refused whole, once.",
		ask: (name) => ({ ...call(name, "echo"), body: `[${ping},${call(name, "echo").body}]` }),
		expected: entry(refused(400, "not_json_rpc", -32600)),
	},
	{
		id: "wire.http_content_type",
		says: "A wrong content type is one refused message.",
		ask: () => ({ body: ping, headers: { "content-type": "text/plain" } }),
		expected: everywhere(refused(415, "unsupported_media_type", -32000)),
	},
	{
		id: "wire.http_accept",
		says: "A client that accepts too little is refused where that is checked.",
		ask: (name) => {
			const { body, headers } = call(name, "echo");
			return { body, headers: { ...headers, accept: "text/html" } };
		},
		expected: {
			...sessions(refused(406, "not_acceptable", -32000)),
			...entry({ status: 200, events: [success] }),
		},
	},
	{
		id: "wire.http_body_too_large",
		says: "A body above 4 MiB is one refused message.",
		ask: () => ({ body: JSON.stringify("x".repeat(4_194_305)) }),
		expected: everywhere(refused(413, "body_too_large", -32000)),
	},
	{
		id: "wire.http_version_header",
		says: "A header that names an unsupported version is one refusal.",
		ask: () => ({ body: ping, headers: { "mcp-protocol-version": "1999-01-01" } }),
		expected: everywhere(refused(400, "unsupported_version", -32000, "protocol")),
	},
	{
		id: "wire.http_version_claimed",
		says: "An unsupported version in the envelope is the refusal of that request.",
		ask: (name) => {
			const { body, headers } = call(name, "echo");
			return {
				body: inVersion("2999-01-01", body),
				headers: { ...headers, "mcp-protocol-version": "2999-01-01" },
			};
		},
		expected: entry({ status: 400, events: [refusedRequest("unsupported_version", -32022)] }),
	},
	{
		id: "wire.http_envelope",
		says: "A missing key of the envelope is the refusal of that request.",
		ask: (name) => {
			const { body, headers } = call(name, "echo");
			return { body: body.replace("/clientCapabilities", "/other"), headers };
		},
		expected: entry({ status: 400, events: [refusedRequest("invalid_params", -32602)] }),
	},
	{
		id: "wire.http_header_missing",
		says: "A missing standard header is the refusal of that request.",
		ask: (name) => ({ ...call(name, "echo"), headers: headed(name, "tools/call") }),
		expected: entry({ status: 400, events: [refusedRequest("header_mismatch", -32020)] }),
	},
	{
		id: "wire.http_header_mismatch",
		says: "Headers that say something else than the body are the refusal of that request, both told.",
		ask: (name) => ({
			...call(name, "echo"),
			headers: headed(name, "tools/call", "other"),
			parses: true,
		}),
		expected: entry({
			status: 400,
			events: [
				{
					...refusedRequest("header_mismatch", -32020),
					target: { name: "echo" },
					network: { http: { mismatch: [{ header_value: "other", body_value: "echo" }] } },
				},
			],
		}),
	},
	{
		id: "wire.http_capability_after",
		says: "A capability that is missing for what a handler returned is a rejection that was executed.",
		ask: (name) => call(name, "asking", {}, { "io.modelcontextprotocol/clientCapabilities": {} }),
		expected: entry({
			status: 400,
			events: [
				request({
					status: "rejected",
					layer: "protocol",
					reason: "missing_capability",
					executed: "yes",
					rpc_code: -32021,
				}),
			],
		}),
	},
	{
		id: "wire.http_unknown_method",
		says: "An unknown method is rejected, whatever its status.",
		ask: (name) => ({ body: rpc("no/such", said(name)), headers: headed(name, "no/such") }),
		expected: {
			...sessions({ status: 200, events: [rejected("unknown_method", { rpc_code: -32601 })] }),
			...entry({ status: 404, events: [rejected("unknown_method", { rpc_code: -32601 })] }),
		},
	},
	{
		id: "wire.http_unknown_tool",
		says: "An unknown tool is rejected in both generations, each with its raw form.",
		ask: (name) => call(name, "nosuch"),
		expected: {
			"v1 sessions": { status: 200, events: [rejected("unknown_tool", { tool_error: true })] },
			"v2 sessions": { status: 200, events: [rejected("unknown_tool", { rpc_code: -32602 })] },
			...entry({ status: 200, events: [rejected("unknown_tool", { rpc_code: -32602 })] }),
		},
	},
	{
		id: "wire.http_invalid_arguments",
		says: "Arguments that the SDK refuses are rejected and not executed.",
		ask: (name) => call(name, "strict", { note: 5 }),
		expected: everywhere({
			status: 200,
			events: [rejected("invalid_arguments", { tool_error: true })],
		}),
	},
];
