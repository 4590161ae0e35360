import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StdioClientTransport as TransportV2 } from "@modelcontextprotocol/client/stdio";
import { StdioClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { tap } from "../caller.ts";
import { clientV1 } from "../client-v1.ts";
import { clientV2 } from "../client-v2.ts";
import type { Connect } from "../pair.ts";
import { isOutcome, ofSide, recorder, type Recording } from "../recording.ts";

/** What servers in processes of their own left in a folder, by process id. */
export function leftIn(folder: string): ReadonlyMap<number, Recording> {
	const files = readdirSync(folder).map((name) => {
		const recording: Recording = JSON.parse(readFileSync(join(folder, name), "utf8"));
		return [Number.parseInt(name, 10), recording] as const;
	});
	rmSync(folder, { recursive: true });
	return new Map(files);
}

/** The server, a compiled program, is a child process; what it recorded it leaves in a file when its input ends. */
export const stdio =
	(program: () => string): Connect =>
	async (sdk, spans) => {
		const client = recorder("client");
		const folder = mkdtempSync(join(tmpdir(), "mcp-trail-matrix-"));
		const command = { command: process.execPath, args: [program(), sdk, folder] };
		const transport = sdk === "v1" ? new TransportV1(command) : new TransportV2(command);
		const requests = tap(transport);
		const caller =
			sdk === "v1"
				? await clientV1(transport, client.seen)
				: await clientV2(transport, client.seen, sdk === "v2-modern");
		const { pid } = transport;
		return {
			caller,
			requests,
			// A cancelled call stops at once: nothing is left to wait for.
			settled: () => Promise.resolve(),
			async finish() {
				// The caller is closed, so the child has ended, and has written.
				await client.until(requests.length, isOutcome);
				const clientEnd = await client.finish();
				const left = leftIn(folder);
				const server = pid === null ? undefined : left.get(pid);
				if (server === undefined)
					throw new Error("The server ended before it wrote its recording.");
				return { client: { ...clientEnd, spans: ofSide(spans.take(), "client") }, server };
			},
		};
	};
