import { InMemoryTransport as InMemoryV2 } from "@modelcontextprotocol/client";
import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { tap } from "../caller.ts";
import { clientV1 } from "../client-v1.ts";
import { clientV2 } from "../client-v2.ts";
import { type Connect, pairOf } from "../pair.ts";
import { recorder } from "../recording.ts";
import { serverV1 } from "../server-v1.ts";
import { serverV2 } from "../server-v2.ts";

/** Client and server in one process, joined by the SDK's own pair of transports. */
export const inMemory: Connect = async (sdk, spans) => {
	const recorders = { client: recorder("client"), server: recorder("server") };
	const [near, far] = sdk === "v1" ? InMemoryV1.createLinkedPair() : InMemoryV2.createLinkedPair();
	const requests = tap(near);
	const build = () => serverV2(recorders.server.seen);
	let stop: () => Promise<void>;
	if (sdk === "v1") {
		const server = serverV1(recorders.server.seen);
		await server.connect(far);
		stop = () => server.close();
	} else if (sdk === "v2-legacy") {
		const server = build();
		await server.connect(far);
		stop = () => server.close();
	} else {
		// The entry that serves 2026-07-28 on a connection takes any transport.
		const handle = serveStdio(build, { transport: far });
		stop = () => handle.close();
	}
	const caller =
		sdk === "v1"
			? await clientV1(near, recorders.client.seen)
			: await clientV2(near, recorders.client.seen, sdk === "v2-modern");
	return pairOf(caller, requests, recorders, spans, stop);
};
