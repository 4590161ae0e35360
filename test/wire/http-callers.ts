import {
	headed,
	call,
	ping,
	sessions,
	entry,
	request,
	refusedFrame,
	refused,
	answering,
	answeringError,
	notification,
	refusedInFront,
	success,
	challenged,
	type Situation,
} from "./http-asks.ts";

/** Who asks, in which session, by which HTTP method. */
export const ofCallers: readonly Situation[] = [
	{
		id: "wire.http_scope",
		says: "A scope that a tool asks for and the token lacks is one denial, with the scope.",
		ask: (name) => ({
			...call(name, "guarded"),
			auth: { token: "t", clientId: "c", scopes: [] },
		}),
		expected: {
			"v2 sessions": {
				status: 403,
				events: [
					{
						type: "mcp.message.refused",
						outcome: {
							status: "denied",
							layer: "auth",
							reason: "insufficient_scope",
							executed: "no",
						},
					},
				],
			},
			...entry({
				status: 403,
				events: [
					request({
						status: "denied",
						layer: "auth",
						reason: "insufficient_scope",
						executed: "no",
						http_status: 403,
					}),
				],
			}),
		},
	},
	{
		id: "wire.http_session_missing",
		says: "A request without a session that needs one is one refused message.",
		ask: () => ({ body: ping, headers: { "mcp-session-id": null } }),
		expected: sessions(refused(400, "session_missing", -32000)),
	},
	{
		id: "wire.http_session_unknown",
		says: "A session nobody knows is one refused message.",
		ask: () => ({ body: ping, headers: { "mcp-session-id": "nobody" } }),
		expected: sessions(refused(404, "session_unknown", -32001)),
	},
	{
		id: "wire.http_second_stream",
		says: "A second stream of a session is one refused message.",
		ask: () => ({ method: "GET", twice: true }),
		expected: sessions({
			status: 409,
			events: [
				{ type: "mcp.message.refused", outcome: { reason: "http_refused", http_status: 409 } },
			],
		}),
	},
	{
		id: "wire.http_get",
		says: "A stream that is opened is no request; where there is none it is refused.",
		ask: () => ({ method: "GET" }),
		expected: {
			...sessions({ status: 200, events: [] }),
			...entry(refused(405, "http_method", -32000)),
		},
	},
	{
		id: "wire.http_delete",
		says: "A session that is ended closes its connection; where there is none it is refused.",
		ask: () => ({ method: "DELETE" }),
		expected: {
			...sessions({
				status: 200,
				events: [{ type: "mcp.connection.closed", outcome: { status: "success" } }],
			}),
			...entry(refused(405, "http_method", -32000)),
		},
	},
	{
		id: "wire.http_legacy_rejected",
		says: "A request of an older era that an entry rejects is one refusal.",
		ask: () => ({ body: ping, legacy: "reject" }),
		expected: entry(refused(400, "unsupported_version", -32022, "protocol")),
	},
	{
		id: "wire.http_legacy_notification_rejected",
		says: "A notification of an older era that an entry drops is one refusal, though it is answered 202.",
		ask: () => ({ body: notification, legacy: "reject" }),
		expected: entry({
			status: 202,
			events: [
				{
					type: "mcp.message.refused",
					outcome: {
						status: "rejected",
						layer: "protocol",
						reason: "unsupported_version",
						executed: "no",
						http_status: 202,
					},
				},
			],
		}),
	},
	{
		id: "wire.http_capability_before",
		says: "A capability that is missing before anything is dispatched is one rejection.",
		// The SDK's own table of methods that need one is empty: a host in front answers.
		ask: (name) => ({ ...call(name, "echo"), guard: answeringError(400, -32021) }),
		expected: entry({
			status: 400,
			events: [
				request({
					status: "rejected",
					layer: "protocol",
					reason: "missing_capability",
					http_status: 400,
					rpc_code: -32021,
				}),
			],
		}),
	},
	{
		id: "wire.http_origin_helper",
		says: "An Origin that a helper of the SDK refuses in front of an entry is one denial, with the origin.",
		ask: (name) => {
			const { body, headers } = call(name, "echo");
			return {
				body,
				headers: { ...headers, origin: "https://evil.example" },
				allows: ["localhost"],
			};
		},
		expected: entry(refusedInFront),
	},
	{
		id: "wire.http_host_helper",
		says: "A Host that a helper of the SDK refuses in front of an entry is one denial.",
		ask: (name) => ({ ...call(name, "echo"), allows: ["elsewhere"] }),
		expected: entry(refusedInFront),
	},
	{
		id: "wire.http_bad_origin",
		says: "An Origin or Host that is not allowed is one denial.",
		ask: () => ({
			body: ping,
			transport: { enableDnsRebindingProtection: true, allowedHosts: ["elsewhere"] },
		}),
		expected: sessions({
			status: 403,
			events: [refusedFrame("transport", "bad_origin", 403, -32000, "denied")],
		}),
	},
	{
		id: "wire.http_bearer_missing",
		says: "A 401 before the transport is one denial, told by the challenge.",
		ask: (name) => ({
			...call(name, "echo"),
			headers: { ...headed(name, "tools/call", "echo"), authorization: null },
			guard: answering(401, "Bearer"),
		}),
		expected: challenged(401, "missing_token"),
	},
	{
		id: "wire.http_bearer_invalid",
		says: "A token that authentication refuses is one denial.",
		ask: (name) => ({
			...call(name, "echo"),
			guard: answering(401, 'Bearer error="invalid_token"'),
		}),
		expected: challenged(401, "invalid_token"),
	},
	{
		id: "wire.http_bearer_scope",
		says: "A 403 before the transport is one denial for want of scope.",
		ask: (name) => ({
			...call(name, "echo"),
			guard: answering(403, 'Bearer error="insufficient_scope", scope="a b"'),
		}),
		expected: challenged(403, "insufficient_scope"),
	},
	{
		id: "wire.http_hung_up",
		says: "A client that hangs up before the result cancels it in 2026-07-28.",
		ask: (name) => ({ ...call(name, "hanging"), hangsUp: true }),
		expected: entry({
			status: 0,
			events: [request({ status: "cancelled", reason: "stream_closed", executed: "yes" })],
		}),
	},
	{
		id: "wire.http_hung_up_session",
		says: "In a session a client that hangs up before the result cancels nothing: the call ends as it does.",
		ask: (name) => ({ ...call(name, "late"), hangsUp: true }),
		expected: sessions({ status: 0, events: [success] }),
	},
];
