// A process of a relay: a server that answers, or a proxy, which is a server that asks the next one as its client.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { SpanKind, trace } from "@opentelemetry/api";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { StdioServerTransport as StdioV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport as StdioV2 } from "@modelcontextprotocol/server/stdio";
import { AlwaysOnSampler } from "@opentelemetry/sdk-trace-base";
import type { Caller } from "../../matrix/caller.ts";
import { type Sdk, sdks } from "../../matrix/expected.ts";
import { listen } from "../../matrix/pairs/http-client.ts";
import { type Recorder, recorder } from "../../matrix/recording.ts";
import { ask, connect, leave, serverV1Of, serverV2Of, type Upstream } from "./peers.ts";
import { registerSampled } from "./spans.ts";

const [, program = "", transport = "", role = "", next = ""] = process.argv;
const spans = registerSampled(new AlwaysOnSampler());
const recorders = new Map(sdks.map((sdk) => [sdk, recorder(`${role}-${sdk}`)]));
const recorded = (sdk: Sdk): Recorder => {
	const found = recorders.get(sdk);
	if (found === undefined) throw new Error(`no such SDK: ${sdk}`);
	return found;
};

const upstreams = new Map<Sdk, Promise<Caller>>();
function upstream(sdk: Sdk): Promise<Caller> {
	const to: Upstream =
		transport === "http"
			? new URL(sdk, next)
			: { command: process.execPath, args: [program, sdk, "server"] };
	const open = upstreams.get(sdk) ?? connect(sdk, recorded(sdk).seen, to);
	upstreams.set(sdk, open);
	return open;
}

/** Two calls of each were made before a process is asked what it left. */
const tools = (sdk: Sdk) =>
	role === "proxy"
		? {
				relay: async () => ask(await upstream(sdk), "answer"),
				left: async () => {
					const server = await ask(await upstream(sdk), "left");
					const own = await leave(recorded(sdk), spans, { relay: 2, answer: 2 });
					return JSON.stringify([own, JSON.parse(server)]);
				},
			}
		: {
				answer: async () => "answered",
				left: async () => JSON.stringify(await leave(recorded(sdk), spans, { answer: 2 })),
			};

async function overStdio(sdk: Sdk): Promise<void> {
	if (sdk === "v1") await serverV1Of(recorded(sdk).seen, tools(sdk)).connect(new StdioV1());
	else if (sdk === "v2-legacy")
		await serverV2Of(recorded(sdk).seen, tools(sdk)).connect(new StdioV2());
	else serveStdio(() => serverV2Of(recorded(sdk).seen, tools(sdk)));
}

async function handleV1(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const instance = serverV1Of(recorded("v1").seen, tools("v1"));
	const stateless = new StreamableHTTPServerTransport({});
	response.on("close", () => void Promise.all([stateless.close(), instance.close()]));
	await instance.connect(stateless);
	await stateless.handleRequest(request, response);
}

function handlerV2(sdk: Sdk) {
	const { seen } = recorded(sdk);
	const handle = toNodeHandler(seen.handler(createMcpHandler(() => serverV2Of(seen, tools(sdk)))));
	return (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const { method = "GET", url = "/" } = request;
		return handle(Object.assign(request, { method, url }), response);
	};
}

/** Every SDK has its path; around each request is a span, as an instrumentation of node:http makes it. */
async function overHttp(): Promise<void> {
	const [modern, legacy] = [handlerV2("v2-modern"), handlerV2("v2-legacy")];
	const http = createServer((request, response) => {
		const { url = "" } = request;
		const handle = url === "/v1" ? handleV1 : url === "/v2-modern" ? modern : legacy;
		trace.getTracer("http").startActiveSpan("POST", { kind: SpanKind.SERVER }, (span) => {
			response.on("close", () => span.end());
			handle(request, response).catch(() => response.destroy());
		});
	});
	process.stdout.write(`${String(await listen(http))}\n`);
}

// Whoever started it is gone, or wants no more of it.
process.stdin.once("end", () => process.exit(0));
if (transport === "http") {
	process.stdin.resume();
	await overHttp();
} else {
	const sdk = sdks.find((one) => one === transport);
	if (sdk === undefined) throw new Error(`no such SDK: ${transport}`);
	await overStdio(sdk);
}
