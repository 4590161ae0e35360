import { ENVELOPE, type Frame } from "./cells.ts";
import { type Listener, type PlaceName, type PlaceOptions, rpc } from "./http-place-names.ts";

/** A situation that an HTTP endpoint answers with a status (basic/transports of both eras, SEP-2243), as it is brought about. */
export interface Situation {
	readonly id: string;
	readonly says: string;
	readonly ask: (name: PlaceName) => Ask;
	/** The status, and what each event says; absent where the place knows no such situation. */
	readonly expected: Readonly<Partial<Record<PlaceName, Expected>>>;
}

interface Ask extends PlaceOptions {
	readonly body?: string;
	readonly headers?: Readonly<Record<string, string | null>>;
	readonly method?: string;
	/** Sent once before, and left open. */
	readonly twice?: true;
	/** Hung up once the tool was entered; a tool that can answer does so after that. */
	readonly hangsUp?: true;
}

export interface Expected {
	readonly status: number;
	readonly events: readonly Frame[];
}

const modern = (name: PlaceName): boolean => name === "v2 handler";
export const said = (name: PlaceName, more: Frame = {}): Frame =>
	modern(name) ? { _meta: { ...ENVELOPE, ...more } } : {};
export const headed = (name: PlaceName, method: string, target = ""): Record<string, string> =>
	modern(name)
		? {
				"mcp-protocol-version": "2026-07-28",
				"mcp-method": method,
				...(target !== "" && { "mcp-name": target }),
			}
		: {};
export const call = (name: PlaceName, tool: string, args: Frame = {}, more: Frame = {}) => ({
	body: rpc("tools/call", { name: tool, arguments: args, ...said(name, more) }),
	headers: headed(name, "tools/call", tool),
});
export const ping = rpc("ping");
export const notification = JSON.stringify({
	jsonrpc: "2.0",
	method: "notifications/roots/list_changed",
});
export const response = JSON.stringify({ jsonrpc: "2.0", id: 5, result: {} });

/** The same of all three, of the two with sessions, or of the entry. */
export const everywhere = (expected: Expected) => ({ ...sessions(expected), ...entry(expected) });
export const sessions = (expected: Expected) => ({
	"v1 sessions": expected,
	"v2 sessions": expected,
});
export const entry = (expected: Expected) => ({ "v2 handler": expected });

export const request = (outcome: Frame): Frame => ({ type: "mcp.request", outcome });
export const success = request({ status: "success", executed: "yes" });
export const refusedFrame = (
	layer: string,
	reason: string,
	http_status: number,
	rpc_code: number,
	status = "rejected",
): Frame => ({
	type: "mcp.message.refused",
	outcome: { status, layer, reason, executed: "no", http_status, rpc_code },
});
export const refusedRequest = (reason: string, rpc_code: number): Frame =>
	request({
		status: "rejected",
		layer: "protocol",
		reason,
		executed: "no",
		http_status: 400,
		rpc_code,
	});
export const refused = (
	status: number,
	reason: string,
	code: number,
	layer = "transport",
): Expected => ({
	status,
	events: [refusedFrame(layer, reason, status, code)],
});
export const rejected = (reason: string, more: Frame): Frame =>
	request({ status: "rejected", layer: "protocol", reason, executed: "no", ...more });

export const answering =
	(status: number, challenge: string) => (): Listener => (_request, answer) =>
		answer.writeHead(status, { "www-authenticate": challenge }).end();
/** As a host in front answers that judges what is asked before it hands it on. */
export const answeringError =
	(status: number, code: number) => (): Listener => (_request, answer) =>
		answer
			.writeHead(status, { "content-type": "application/json" })
			.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code, message: "no" } }));
/** An Origin or Host that was refused in front of an entry, whose headers say what was asked. */
export const refusedInFront: Expected = {
	status: 403,
	events: [
		request({
			status: "denied",
			layer: "transport",
			reason: "bad_origin",
			executed: "no",
			http_status: 403,
			rpc_code: -32000,
		}),
	],
};
/** As authentication leaves it that says nothing of why. */
const denied = (status: number, reason: string): Expected => ({
	status,
	events: [
		{
			type: "mcp.message.refused",
			outcome: {
				status: "denied",
				layer: "auth",
				reason,
				executed: "no",
				http_status: status,
				remediation: "available",
			},
		},
	],
});
export const challenged = (status: number, reason: string) => ({
	...sessions(denied(status, reason)),
	...entry({
		status,
		// Which request it was stands in the headers of this era.
		events: [{ ...denied(status, reason).events[0], type: "mcp.request" }],
	}),
});

/** The same frame, all of whose words of a kind say another version. */
export const inVersion = (version: string, text: string): string =>
	text.replaceAll("2026-07-28", version);
