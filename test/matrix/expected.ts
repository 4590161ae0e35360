// What each side must say of each cell, reasoned from docs/outcomes.md (status, layer, reason, executed) and, where it does not
// speak, from the protocol: the specification, and how each SDK generation puts a fact on the wire.
// Written before the matrix first ran; where running proved a line wrong, the line says why it changed.

/** SDK generation and protocol era. */
export const sdks = ["v1", "v2-legacy", "v2-modern"] as const;
export const transports = [
	"in_memory",
	"stdio",
	"http_stateful",
	"http_stateless",
	"http_sse",
	"websocket",
] as const;
export const causes = [
	"answered",
	"tool_error",
	"handler_throw",
	"unknown_tool",
	"unknown_method",
	"bad_arguments",
	"cancelled",
	"timed_out",
	"connection_closed",
] as const;
export const sides = ["server", "client"] as const;

export type Sdk = (typeof sdks)[number];
export type Transport = (typeof transports)[number];
export type Cause = (typeof causes)[number];
export type Side = (typeof sides)[number];

export interface Verdict {
	readonly status: string;
	/** Absent where no layer decided: it succeeded, or the caller gave up. */
	readonly layer?: string;
	readonly reason?: string;
	readonly executed: "yes" | "no" | "unknown";
	/** The JSON-RPC error code on the wire. */
	readonly rpc_code?: number;
	/** False: the answer could not be sent. */
	readonly delivered?: false;
}

export interface Cell {
	readonly sdk: Sdk;
	readonly transport: Transport;
	readonly cause: Cause;
	readonly side: Side;
}

/** The rule of each cause and side. */
const rules: Readonly<Record<Cause, Readonly<Record<Side, Verdict>>>> = {
	answered: {
		server: { status: "success", executed: "yes" },
		client: { status: "success", executed: "yes" },
	},
	tool_error: {
		// The callback was entered, so it may have acted before it failed.
		server: { status: "failure", layer: "handler", reason: "tool_error", executed: "yes" },
		// `isError` says that the call failed, not how far it came.
		client: { status: "failure", layer: "handler", reason: "tool_error", executed: "unknown" },
	},
	handler_throw: {
		server: { status: "failure", layer: "handler", reason: "handler_threw", executed: "yes" },
		// Both SDKs put a throw on the wire as an `isError` result.
		client: { status: "failure", layer: "handler", reason: "tool_error", executed: "unknown" },
	},
	unknown_tool: {
		server: {
			status: "rejected",
			layer: "protocol",
			reason: "unknown_tool",
			executed: "no",
			rpc_code: -32602,
		},
		// -32602 is all the peer says, and a handler may have said it after it ran.
		client: {
			status: "rejected",
			layer: "protocol",
			reason: "invalid_params",
			executed: "unknown",
			rpc_code: -32602,
		},
	},
	unknown_method: {
		server: {
			status: "rejected",
			layer: "protocol",
			reason: "unknown_method",
			executed: "no",
			rpc_code: -32601,
		},
		client: {
			status: "rejected",
			layer: "protocol",
			reason: "unknown_method",
			executed: "no",
			rpc_code: -32601,
		},
	},
	bad_arguments: {
		server: { status: "rejected", layer: "protocol", reason: "invalid_arguments", executed: "no" },
		// Every SDK answers `isError` with text, and text never decides.
		client: { status: "failure", layer: "handler", reason: "tool_error", executed: "unknown" },
	},
	cancelled: {
		// docs/outcomes.md lists the reason under "any": no layer decided, the caller did.
		server: { status: "cancelled", reason: "cancelled_by_caller", executed: "yes" },
		client: { status: "cancelled", reason: "cancelled_by_caller", executed: "unknown" },
	},
	timed_out: {
		// Both SDKs cancel what they stop waiting for; that it was for time is the client's knowledge.
		server: { status: "cancelled", reason: "cancelled_by_caller", executed: "yes" },
		client: { status: "timeout", reason: "request_timeout", executed: "unknown" },
	},
	connection_closed: {
		server: {
			status: "unknown",
			layer: "transport",
			reason: "connection_closed",
			executed: "yes",
		},
		client: {
			status: "unknown",
			layer: "transport",
			reason: "connection_closed",
			executed: "unknown",
		},
	},
};

interface Exception {
	readonly sdks: readonly Sdk[];
	readonly transports: readonly Transport[];
	readonly causes: readonly Cause[];
	readonly side: Side;
	readonly verdict: Verdict;
	readonly because: string;
}

const legacy = ["v1", "v2-legacy"] as const;

/** Where the protocol or an SDK makes a cell differ from its rule. */
const exceptions: readonly Exception[] = [
	{
		sdks: ["v1"],
		transports,
		causes: ["unknown_tool"],
		side: "server",
		verdict: { status: "rejected", layer: "protocol", reason: "unknown_tool", executed: "no" },
		because: "SDK v1 answers an unknown tool with `isError`: there is no code on the wire",
	},
	{
		sdks: ["v1"],
		transports,
		causes: ["unknown_tool"],
		side: "client",
		verdict: { status: "failure", layer: "handler", reason: "tool_error", executed: "unknown" },
		because: "SDK v1 answers an unknown tool with `isError` and text; text never decides",
	},
	{
		sdks: legacy,
		transports: ["http_stateless"],
		causes: ["cancelled", "timed_out"],
		side: "server",
		verdict: { status: "success", executed: "yes" },
		because:
			"without a session `notifications/cancelled` is a POST of its own and meets another server object; the call runs to its end",
	},
	{
		sdks: ["v2-modern"],
		transports: ["http_stateless"],
		causes: ["cancelled", "timed_out", "connection_closed"],
		side: "server",
		verdict: { status: "cancelled", reason: "stream_closed", executed: "yes" },
		because:
			"2026-07-28 over HTTP cancels by closing the request's stream, and nothing on the wire tells why it was closed",
	},
	{
		sdks: ["v1"],
		transports: ["http_stateful"],
		causes: ["connection_closed"],
		side: "server",
		verdict: { status: "success", executed: "yes", delivered: false },
		because:
			"as below; and v1 rejects the send of an answer whose stream is gone (added after a run)",
	},
	{
		sdks: ["v2-legacy"],
		transports: ["http_stateful"],
		causes: ["connection_closed"],
		side: "server",
		verdict: { status: "success", executed: "yes" },
		because:
			"2025-11-25 basic/transports: a disconnect is no cancellation; the session lives on and the call runs to its end. v2 resolves the send of an answer whose stream is gone: that it did not arrive is not known",
	},
];

/** Cells that cannot occur, and why. */
export function impossible(cell: Cell): string | undefined {
	if (cell.sdk !== "v1" && (cell.transport === "http_sse" || cell.transport === "websocket"))
		return "SDK v2 has no server transport for it";
	return cell.sdk === "v2-modern" && cell.transport === "http_stateful"
		? "2026-07-28 has no sessions (SEP-2567): every HTTP request stands alone"
		: undefined;
}

/** How many of all cells cannot occur: 5 pairs of SDK and transport × 9 causes × 2 sides. */
export const IMPOSSIBLE_CELLS = 90;

/** The table's line for a cell. */
export function expected(cell: Cell): Verdict {
	const found = exceptions.find(
		(exception) =>
			exception.sdks.includes(cell.sdk) &&
			exception.transports.includes(cell.transport) &&
			exception.causes.includes(cell.cause) &&
			exception.side === cell.side,
	);
	return found?.verdict ?? rules[cell.cause][cell.side];
}

/** `error.type` of each side's span by the MCP conventions; undefined = status UNSET. */
const spanErrors: Readonly<Record<Cause, Readonly<Partial<Record<Side, string>>>>> = {
	answered: {},
	// A span sees the wire: both SDKs answer a throw, and arguments they refuse, with `isError`.
	tool_error: { client: "tool_error", server: "tool_error" },
	handler_throw: { client: "tool_error", server: "tool_error" },
	bad_arguments: { client: "tool_error", server: "tool_error" },
	// A caller's fault, and a caller's choice, is no error of the server.
	unknown_tool: { client: "-32602" },
	unknown_method: { client: "-32601" },
	cancelled: { client: "cancelled" },
	timed_out: { client: "timeout" },
	connection_closed: { client: "connection_closed", server: "connection_closed" },
};

/** The conventions' line for a cell. */
export function expectedError(cell: Cell): string | undefined {
	const { sdk, cause, side } = cell;
	if (sdk === "v1" && cause === "unknown_tool") return "tool_error";
	const { status, delivered } = expected(cell);
	// Answered to nobody, or cancelled by closing the stream: see the exceptions above.
	if (cause === "connection_closed" && status !== "unknown") {
		return delivered === false ? "send_failed" : undefined;
	}
	return spanErrors[cause][side];
}

function carriedBy(sdk: Sdk, transport: Transport, side: Side): string {
	// Changed after a run: `serveStdio` takes any transport, but puts a channel of its own between it and the server.
	if (sdk === "v2-modern" && transport === "in_memory" && side === "server") return "stdio";
	return transport === "http_stateful" || transport === "http_stateless"
		? "streamable_http"
		: transport;
}

/** What every event of a cell says of how it was carried. */
export function expectedCarriage({ sdk, transport, side }: Cell) {
	return {
		role: side,
		direction: "client_to_server",
		era: sdk === "v2-modern" ? "modern" : "legacy",
		protocol_version: sdk === "v2-modern" ? "2026-07-28" : "2025-11-25",
		transport: carriedBy(sdk, transport, side),
	};
}

/** Every cell of the matrix. */
export const cells: readonly Cell[] = sdks.flatMap((sdk) =>
	transports.flatMap((transport) =>
		causes.flatMap((cause) => sides.map((side) => ({ sdk, transport, cause, side }))),
	),
);

/** How many handshake requests the client's hook can see. */
export function handshakes(sdk: Sdk, transport: Transport): number {
	// SDK v2 probes a stdio server in a throw-away process, over a transport of its own that nobody can hook, and ends it with SIGTERM.
	return sdk === "v2-modern" && transport === "stdio" ? 0 : 1;
}

/** Not a method of the specification: by default no trace context is written into it. */
export function injected(cause: Cause): boolean {
	return cause !== "unknown_method";
}
