import { Client, type Transport } from "@modelcontextprotocol/client";
import type { Instrumentation } from "@mcp-trail/mcp";
import { z } from "zod";
import type { Caller } from "./caller.ts";

/** Connects an instrumented client of SDK v2, in the legacy era unless pinned to the modern one. */
export async function clientV2(
	transport: Transport,
	seen: Instrumentation,
	modern: boolean,
): Promise<Caller> {
	const client = seen.client(
		new Client(
			{ name: "matrix-client", version: "1.0.0" },
			modern ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {},
		),
	);
	await client.connect(transport);
	return {
		tool: (name, args, options = {}) =>
			client.callTool(
				{ name, arguments: { ...args } },
				{
					...(options.signal && { signal: options.signal }),
					...(options.timeoutMs !== undefined && { timeout: options.timeoutMs }),
					...(options.onBegin && { onprogress: options.onBegin }),
				},
			),
		request: (method) => client.request({ method }, z.looseObject({})),
		close: () => client.close(),
	};
}
