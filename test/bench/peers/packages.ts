import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What is compared, at the releases that were current when the comparison was written. */
export const PEERS = {
	"@sentry/node": "11.12.0",
	/** The 5.x line runs on Node 20; 6.x wants 22. */
	"dd-trace": Number(process.versions.node.split(".")[0]) < 22 ? "5.132.0" : "6.21.0",
} as const;

const folder = join(import.meta.dirname, "../../../.cache/bench-peers");
const manifest = join(folder, "package.json");

/** `@sentry/node` asks for a range of the `sentry` command that does not resolve. */
const wanted = JSON.stringify({
	private: true,
	dependencies: PEERS,
	overrides: { sentry: "0.45.0" },
});

/** Resolves modules of the folder that holds the peers, outside the workspace. */
export const peerRequire: NodeJS.Require = createRequire(manifest);

/** Installs the peers in a folder of their own, once; their install scripts do not run. */
export async function installPeers(): Promise<void> {
	const marker = join(folder, "installed.json");
	if ((await readFile(marker, "utf8").catch(() => "")) === wanted) return;
	await mkdir(folder, { recursive: true });
	await writeFile(manifest, wanted);
	const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
	await run("npm", ["install", ...flags], { cwd: folder, timeout: 600_000 });
	await writeFile(marker, wanted);
}
