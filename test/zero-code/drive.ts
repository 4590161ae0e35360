import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Program, root } from "./programs.ts";

export type How = "the end of its input" | "SIGTERM";

/** How a server answered and ended; what is the same in each run of it. */
export interface Ran {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	/** In the order in which it was said. */
	readonly said: readonly string[];
	/** What servers say of themselves at any moment: no order. */
	readonly notified: readonly string[];
}

const asked = [
	{
		id: 0,
		method: "initialize",
		params: {
			protocolVersion: "2025-06-18",
			capabilities: {},
			clientInfo: { name: "lines", version: "1.0.0" },
		},
	},
	{ method: "notifications/initialized" },
	{ id: 1, method: "tools/list" },
	{ id: 2, method: "tools/call", params: { name: "echo", arguments: { message: "hello" } } },
	{ id: 3, method: "tools/call", params: { name: "nobody", arguments: {} } },
	{ id: 4, method: "nothing/known" },
].map((frame) => ({ jsonrpc: "2.0", ...frame }));

/** How many of them are requests. */
export const REQUESTS = asked.filter((frame) => "id" in frame).length;

const isNotice = (line: string): boolean => line.includes('"method":"notifications/');

const register = join(root, "packages/node/dist/register.js");
const WITHIN_MS = 120_000;
/** When a client ends a server that does not heed the end of its input. */
const CLIENT_TERM_MS = 2_000;

/** What differs from run to run without mcp-trail, too: times, UUIDs, and the ids of events in a stream. */
const random: readonly RegExp[] = [
	/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/g,
	/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
	/^id: .*$/gm,
];
const plain = (text: string): string =>
	random.reduce((left, one) => left.replaceAll(one, "(random)"), text);

/** Starts a server, bare or under register, asks it everything one after the other, and ends it. */
export async function drive(
	node: string,
	program: Program,
	how: How,
	trail?: string,
): Promise<{ readonly ran: Ran; readonly endedAfterMs: number }> {
	const port = program.http === undefined ? 0 : await freePort();
	const { args = [], env = {} } = program.http?.(port) ?? {};
	const before = trail === undefined ? [] : ["--import", register];
	const child = spawn(node, [...before, ...program.args, ...args], {
		stdio: ["pipe", "pipe", "ignore"],
		env: { ...process.env, ...env, MCP_TRAIL_TRACES: "false", MCP_TRAIL_DIR: trail ?? "" },
	});
	child.stdin.on("error", () => undefined);
	const kill = setTimeout(() => child.kill("SIGKILL"), WITHIN_MS);
	const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
	const stdout = linesOf(child);
	const heard: string[] = [];
	if (program.http === undefined) await askLines(child, stdout, closed);
	else heard.push(...(await askHttp(`http://127.0.0.1:${port}/mcp`, child)));
	const endedAtMs = Date.now();
	if (how === "SIGTERM") child.kill("SIGTERM");
	else child.stdin.end();
	const term = setTimeout(() => child.kill("SIGTERM"), CLIENT_TERM_MS);
	await closed;
	const endedAfterMs = Date.now() - endedAtMs;
	clearTimeout(kill);
	clearTimeout(term);
	const all = [...stdout.lines(), ...heard].map((one) =>
		plain(one).replaceAll(String(port), "(port)"),
	);
	return {
		ran: {
			code: child.exitCode,
			signal: child.signalCode,
			said: all.filter((line) => !isNotice(line)),
			notified: all.filter((line) => isNotice(line)).toSorted(),
		},
		endedAfterMs,
	};
}

function linesOf(child: ChildProcess) {
	let text = "";
	child.stdout?.on("data", (chunk) => (text += String(chunk)));
	const lines = (): readonly string[] => text.split("\n");
	return {
		/** The last one may be unfinished. */
		lines,
		/** Resolves when a line has this in it. */
		has: (part: string) =>
			new Promise<void>((resolve) => {
				const look = (): void => {
					if (
						lines()
							.slice(0, -1)
							.some((line) => line.includes(part))
					)
						resolve();
				};
				child.stdout?.on("data", look);
				look();
			}),
	};
}

async function askLines(
	{ stdin }: ChildProcess,
	stdout: ReturnType<typeof linesOf>,
	closed: Promise<void>,
): Promise<void> {
	for (const frame of asked) {
		stdin?.write(`${JSON.stringify(frame)}\n`);
		if ("id" in frame) await Promise.race([stdout.has(`"id":${frame.id}`), closed]);
	}
}

/** Each answer whole: its status, its type, and its body. */
async function askHttp(url: string, child: ChildProcess): Promise<readonly string[]> {
	const runs = (): boolean => child.exitCode === null && child.signalCode === null;
	while (runs() && (await fetch(url).catch(() => undefined)) === undefined)
		await new Promise((resolve) => setTimeout(resolve, 20));
	const said: string[] = [];
	let session: Readonly<Record<string, string>> = {};
	for (const frame of asked) {
		const answer = await fetch(url, {
			method: "POST",
			headers: {
				"content-type": "application/json",
				accept: "application/json, text/event-stream",
				...session,
			},
			body: JSON.stringify(frame),
			signal: AbortSignal.timeout(WITHIN_MS),
		});
		const id = answer.headers.get("mcp-session-id");
		if (id !== null) session = { "mcp-session-id": id };
		said.push(`${answer.status} ${answer.headers.get("content-type")} session ${id !== null}`);
		said.push(...(await answer.text()).split("\n"));
	}
	return said;
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
