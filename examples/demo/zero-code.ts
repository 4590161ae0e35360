/** The zero-code act: a published server, untouched, run with one option of Node. */
import type { StoredEvent } from "@mcp-trail/event";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { heading, showCalls } from "./show.ts";
import { failing, published } from "./traffic.ts";

/** The demo runs from source; with what is installed, the last two are all. */
const REGISTER = [
	"--conditions=@mcp-trail/source",
	"--import",
	"tsx",
	"--import",
	import.meta.resolve("@mcp-trail/node/register"),
];

/** What the act reads its trail with. */
interface Reading {
	readonly stored: (folder: string) => readonly StoredEvent[];
	readonly verify: (folder: string) => Promise<number>;
}

/** Runs the server, and shows and verifies what was recorded in it; true = all of it is there, and good. */
export async function zeroCodeAct(dir: string, { stored, verify }: Reading): Promise<boolean> {
	heading("3. A server that knows nothing of it: no line of code, one option of Node");
	console.log(
		"   MCP_TRAIL_DIR=… node --import @mcp-trail/node/register server-everything/dist/index.js\n",
	);
	const client = new Client({ name: "somebody", version: "1.0.0" });
	await client.connect(
		new StdioClientTransport({
			command: process.execPath,
			args: [...REGISTER, published("@modelcontextprotocol/server-everything")],
			env: { MCP_TRAIL_DIR: dir, MCP_TRAIL_TRACES: "false" },
			cwd: import.meta.dirname,
			stderr: "ignore",
		}),
	);
	await client.callTool({ name: "echo", arguments: { message: "hello" } });
	await client.callTool({ name: "get-sum", arguments: { a: 2, b: 3 } });
	await failing(client.callTool({ name: "no-such-tool" }));
	// Ends the server's input, as every client does: the server's trail ends cleanly with it.
	await client.close();
	const events = stored(dir);
	showCalls(events);
	console.log();
	const verdict = await verify(dir);
	const outcomes = events.filter(({ phase }) => phase === "outcome");
	return verdict === 0 && outcomes.length === 4 && events.at(-1)?.type === "trail.stopped";
}
