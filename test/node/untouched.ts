// Runs programs that know nothing of mcp-trail, bare and under register, and reads what was recorded of them.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StoredEvent } from "@mcp-trail/event";
import { withoutCompilerNoise } from "../compiler-noise.ts";

/** How a program ended, and what it said. */
export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A program that runs. */
export interface Running {
	readonly child: ChildProcess;
	/** Resolves when the request of this id has its answer on standard output. */
	readonly answered: (id: number) => Promise<void>;
	readonly ended: Promise<Ended>;
}

const WITHIN_MS = 100_000;

/** Arguments of Node for register as it stands in the sources: beside a loader of TypeScript, whose hooks run in a thread. */
export const registerFromSource: readonly string[] = [
	"--conditions=@mcp-trail/source",
	`--import=${import.meta.resolve("tsx")}`,
	"--import",
	new URL("../../packages/node/src/register.ts", import.meta.url).href,
];

/** Starts Node with these arguments. */
export function startNode(
	args: readonly string[],
	env?: Readonly<Record<string, string>>,
	cwd?: string,
): Running {
	const child = spawn(process.execPath, [...args], {
		stdio: ["pipe", "pipe", "pipe"],
		env: { ...process.env, MCP_TRAIL_TRACES: "false", ...env },
		...(cwd !== undefined && { cwd }),
	});
	const said = { stdout: "", stderr: "" };
	const waiting = new Set<() => void>();
	const look = (): void => waiting.forEach((one) => one());
	child.stdout.on("data", (chunk) => {
		said.stdout += String(chunk);
		look();
	});
	child.stderr.on("data", (chunk) => (said.stderr += String(chunk)));
	child.stdin.on("error", () => undefined);
	const kill = setTimeout(() => child.kill("SIGKILL"), WITHIN_MS);
	const ended = new Promise<Ended>((resolve) => {
		child.on("close", (code, signal) => {
			clearTimeout(kill);
			resolve({ code, signal, ...said, stderr: withoutCompilerNoise(said.stderr) });
			look();
		});
	});
	return {
		child,
		ended,
		answered: (id) =>
			new Promise((resolve, reject) => {
				const one = (): void => {
					if (answers(said.stdout).has(id)) resolve();
					else if (child.exitCode !== null || child.signalCode !== null)
						reject(new Error(`It ended before it answered ${id}: ${said.stderr}`));
					else return;
					waiting.delete(one);
				};
				waiting.add(one);
				one();
			}),
	};
}

/** The ids that whole lines answer. */
function answers(stdout: string): ReadonlySet<number> {
	const whole = stdout.split("\n").slice(0, -1);
	return new Set(whole.map((line) => /"id":([0-9]+)/.exec(line)?.[1]).map(Number));
}

/** A program of `apps/`. */
export const app = (name: string): string =>
	fileURLToPath(new URL(`apps/${name}`, import.meta.url));

/** What a client asks, one frame a line. */
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
	{
		id: 2,
		method: "tools/call",
		params: { name: "echo", arguments: { text: "hello", message: "hello" } },
	},
	{ id: 3, method: "tools/call", params: { name: "fail", arguments: {} } },
	{ id: 4, method: "tools/call", params: { name: "nobody", arguments: {} } },
	{ id: 5, method: "nothing/known" },
].map((frame) => ({ jsonrpc: "2.0", ...frame }));

/** Asks one frame after the other, each when the one before is answered, so that answers come in order. */
export async function ask(running: Running): Promise<void> {
	for (const frame of asked) {
		running.child.stdin?.write(`${JSON.stringify(frame)}\n`);
		if ("id" in frame) await running.answered(frame.id);
	}
}

/** Asks everything, ends the input, and waits until the program has ended. */
export async function askToTheEnd(running: Running): Promise<Ended> {
	await ask(running);
	running.child.stdin?.end();
	return running.ended;
}

/** A folder for a trail, given to `use` and removed. */
export async function inFolder<R>(use: (dir: string) => Promise<R>): Promise<R> {
	const dir = mkdtempSync(join(tmpdir(), "mcp-trail-node-"));
	try {
		return await use(dir);
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

/** Every line of every stream in a folder. */
export function recorded(dir: string): readonly StoredEvent[] {
	return readdirSync(dir, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".ndjson"))
		.toSorted()
		.flatMap((name) => readFileSync(join(dir, name), "utf8").split("\n"))
		.filter((line) => line !== "")
		.map((line): StoredEvent => JSON.parse(line));
}

/** Each outcome in short: whose, what, of what, with what end. */
export function outcomes(events: readonly StoredEvent[]): readonly string[] {
	return events
		.filter((event) => event.type === "mcp.request" && event.phase === "outcome")
		.map(({ mcp, target, outcome }) =>
			[mcp?.role, mcp?.method, target?.name, outcome?.status, outcome?.executed]
				.filter((word) => word !== undefined)
				.join(" "),
		);
}
