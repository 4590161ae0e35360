import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { Server as ServerV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Server as ServerV2 } from "@modelcontextprotocol/server";
import { z } from "zod";
import { as, type Transport } from "../mcp/support.ts";
import { type Frame, MODERN, type Sdk } from "./cells.ts";
import { askings, methods } from "./methods.ts";
import { answerings } from "./outcomes.ts";

/** As much of a client or a server as tests need of either SDK. */
export interface Peer {
	setRequestHandler(method: unknown, ...rest: unknown[]): void;
	readonly transport?: Transport | undefined;
	connect(transport: never): Promise<void>;
	close(): Promise<void>;
}

/** Asks a server of 2026-07-28 to send a notification for this very request: it speaks at no other time. */
export const TELL = "acme/tell";

const open = z.looseObject({}).optional();
/** Handlers that the SDKs bring along, each with an answer of its own. */
const OWN = new Set([
	"ping",
	"initialize",
	"server/discover",
	"logging/setLevel",
	"subscriptions/listen",
]);

/** A tool that is named after an outcome brings it about; one that is named after a question asks it, once. */
function answer(params: Frame | undefined, result: Frame, inputResponses?: unknown): Frame {
	const asking = askings.find(({ method }) => method === params?.["name"]);
	if (asking !== undefined && inputResponses === undefined) {
		const { method, params: asked } = asking;
		return { resultType: "input_required", inputRequests: { a: { method, params: asked } } };
	}
	const named = answerings.find(({ name }) => name === params?.["name"]);
	if (named === undefined) return result;
	if (named.result === undefined) throw new Error("broken");
	return named.result;
}

/** Registers a handler for every method that a peer is asked for. */
function register(sdk: Sdk, peer: Peer, by: "client" | "server"): void {
	for (const { method, by: asker, result, treated } of methods) {
		if (asker !== by || treated[sdk] !== "answered" || OWN.has(method)) continue;
		if (sdk === "v1") {
			const schema = z.object({ method: z.literal(method), params: open });
			peer.setRequestHandler(schema, ({ params }: { params?: Frame }) => answer(params, result));
		} else {
			peer.setRequestHandler(
				method,
				{ params: open.unwrap() },
				(params: Frame, context: { mcpReq: { inputResponses?: unknown } }) =>
					answer(params, result, context.mcpReq.inputResponses),
			);
		}
	}
}

const serverInfo = { name: "desk", version: "1.0.0" };
const serverCapabilities = {
	logging: {},
	completions: {},
	prompts: { listChanged: true },
	resources: { subscribe: true, listChanged: true },
	tools: { listChanged: true },
	tasks: { requests: { tools: { call: {} } } },
};

/** A server that answers every method of its era. */
export function serverOf(sdk: Sdk): Peer {
	const capabilities = { capabilities: serverCapabilities };
	const server = as<Peer>(
		sdk === "v1"
			? new ServerV1(serverInfo, capabilities)
			: new ServerV2(serverInfo, as(capabilities)),
	);
	register(sdk, server, "client");
	if (sdk === "v2-modern")
		server.setRequestHandler(
			TELL,
			{ params: z.looseObject({ frame: z.looseObject({}) }) },
			async ({ frame }: { frame: Frame }, context: { mcpReq: { id: unknown } }) => {
				await server.transport?.send(frame, { relatedRequestId: context.mcpReq.id });
				return {};
			},
		);
	return server;
}

/** A client that answers every method of its era. */
export function clientOf(sdk: Sdk): Peer {
	const info = { name: "probe", version: "2.0.0" };
	const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true }, tasks: {} };
	const client = as<Peer>(
		sdk === "v1"
			? new ClientV1(info, { capabilities })
			: new ClientV2(info, {
					capabilities: as(capabilities),
					...(sdk === "v2-modern" && { versionNegotiation: { mode: { pin: MODERN } } }),
				}),
	);
	if (sdk !== "v2-modern") register(sdk, client, "server");
	return client;
}
