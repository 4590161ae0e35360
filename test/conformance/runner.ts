import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const home = fileURLToPath(new URL("runner/", import.meta.url));
const cache = fileURLToPath(new URL("../../.cache/conformance/", import.meta.url));
const nodeVersion = "22.23.3";
const deadlineMs = 300_000;

/** Where the suite lies, and the Node that runs it. */
export interface Runner {
	readonly node: string;
	readonly cli: string;
}

/** Installs what the lock file names; a stamp with its content tells that this was done. */
async function installSuite(): Promise<string> {
	const folder = join(cache, "suite");
	const stamp = join(folder, "installed-lock.json");
	const lock = await readFile(join(home, "package-lock.json"), "utf8");
	if ((await readFile(stamp, "utf8").catch(() => "")) !== lock) {
		await mkdir(folder, { recursive: true });
		await copyFile(join(home, "package.json"), join(folder, "package.json"));
		await writeFile(join(folder, "package-lock.json"), lock);
		const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
		await run("npm", ["ci", ...options], { cwd: folder, timeout: deadlineMs });
		await writeFile(stamp, lock);
	}
	return join(folder, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
}

/** The suite needs Node 22; on an older one the binary comes from the npm package that carries it. */
async function installNode(): Promise<string> {
	if (Number.parseInt(process.versions.node, 10) >= 22) return process.execPath;
	const name = `node-${process.platform}-${process.arch}`;
	const folder = join(cache, "node");
	const node = join(folder, "node_modules", name, "bin", "node");
	const version = async () => (await run(node, ["--version"])).stdout.trim();
	const installed = await version().catch(() => undefined);
	if (installed !== `v${nodeVersion}`) {
		await mkdir(folder, { recursive: true });
		const options = ["--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--silent"];
		await run("npm", ["install", ...options, `${name}@${nodeVersion}`], { timeout: deadlineMs });
		await version();
	}
	return node;
}

/** Installs the official suite and a Node that runs it under `.cache/`, unless they are there. */
export async function installRunner(): Promise<Runner> {
	try {
		return { node: await installNode(), cli: await installSuite() };
	} catch (cause) {
		throw new Error(
			"The conformance suite could not be installed from npm. Check the network and the npm configuration, or run this with Node 22 or later.",
			{ cause },
		);
	}
}
