/** The server side of a bench pair in a process of its own: stdio or HTTP, SDK 1 or 2, equipped or bare. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { StdioServerTransport as StdioV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { StdioServerTransport as StdioV2 } from "@modelcontextprotocol/server/stdio";
import type { Variant } from "./call-paths.ts";
import { equipment } from "./equipment.ts";
import { serverV1, serverV2 } from "./servers.ts";

type Listener = (
	...pair: Parameters<StreamableHTTPServerTransport["handleRequest"]>
) => Promise<void>;

const variant = JSON.parse(process.argv[2] ?? "{}") as Variant;
const equipped = await equipment(variant.equipment, process.argv[3] ?? "");

if (variant.transport === "stdio") {
	if (variant.sdk === "v1")
		await equipped.server(serverV1(() => equipped.settle())).connect(new StdioV1());
	else await equipped.server(serverV2(() => equipped.settle())).connect(new StdioV2());
} else {
	const listener =
		variant.sdk === "v1"
			? await statefulV1()
			: (toNodeHandler(
					createMcpHandler(() => equipped.server(serverV2(() => equipped.settle()))),
				) as unknown as Listener);
	const http = createServer((request, response) => void listener(request, response));
	// A side that waits its turn for long must not find its socket just closed by the server.
	http.keepAliveTimeout = 0;
	http.listen(0, "127.0.0.1", () => process.send?.((http.address() as AddressInfo).port));
}

async function statefulV1(): Promise<Listener> {
	const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });
	await equipped.server(serverV1(() => equipped.settle())).connect(transport);
	return (request, response) => transport.handleRequest(request, response);
}
