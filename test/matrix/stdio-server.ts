// The server end of pairs/stdio.ts: a process of its own, as every stdio server is.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { StdioServerTransport as TransportV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
	StdioServerTransport as TransportV2,
	serveStdio,
} from "@modelcontextprotocol/server/stdio";
import { ofSide, recorder, registerSpans } from "./recording.ts";
import { serverV1 } from "./server-v1.ts";
import { serverV2 } from "./server-v2.ts";

const [sdk, folder = ""] = process.argv.slice(2);
const spans = registerSpans();
const { seen, finish } = recorder("server");

let close: () => Promise<void>;
if (sdk === "v1") {
	const server = serverV1(seen);
	await server.connect(new TransportV1());
	close = () => server.close();
} else if (sdk === "v2-legacy") {
	const server = serverV2(seen);
	await server.connect(new TransportV2());
	close = () => server.close();
} else {
	const handle = serveStdio(() => serverV2(seen));
	close = () => handle.close();
}

// Its client follows with SIGTERM after 2 s; a busy machine may need longer to write, and SIGKILL is 2 s away.
process.on("SIGTERM", () => undefined);
// SDK v1 does not notice the end of its input: the host closes.
process.stdin.once("end", () => {
	void (async () => {
		await close();
		const recording = { ...(await finish()), spans: ofSide(spans.take(), "server") };
		writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(recording));
		process.exit(0);
	})();
});
