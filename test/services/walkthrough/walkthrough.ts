import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { differs, readPage } from "./page.ts";

/** How {@link walkthrough} runs a page. */
export interface WalkthroughOptions {
	/** What the page's reader has in the environment, such as the address of the server that the suite started. */
	readonly env?: Readonly<Record<string, string>>;
	/** Programs that are installed elsewhere than a reader has them: a name, and what bash runs for it. @default none */
	readonly programs?: Readonly<Record<string, string>>;
	/** Steps under these headings are not run, such as `When it does not arrive`. @default [] */
	readonly without?: readonly string[];
	/** For the whole page. @default 120_000 */
	readonly timeoutMs?: number;
}

/** What a page did. */
export interface Walked {
	/** What each step printed, in order. */
	readonly printed: readonly string[];
	/** How many outputs of the page were compared. */
	readonly compared: number;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const MAX_OUTPUT_CHARACTERS = 1_000_000;

const loader = join(root, "node_modules/tsx/dist/loader.mjs");

/** Commands that the pages use, as a reader has them once everything is installed. */
const commands: Readonly<Record<string, string>> = {
	// The packages are taken from their sources.
	node: `exec "${process.execPath}" --conditions=@mcp-trail/source --import "${loader}" "$@"`,
	"mcp-trail": `exec node "${join(root, "packages/cli/src/main.ts")}" "$@"`,
	// `npx mcp-trail …` is that command, and nothing is fetched.
	npx: `[ "$1" = mcp-trail ] && shift && exec mcp-trail "$@"; echo "npx $*: not in a walk-through" >&2; exit 127`,
};

/**
 * Does what a page of docs/siem says, as it says it: writes the files it shows (a block "```json mcp-trail.json"),
 * runs its `sh` blocks in order in one bash in a new folder, with `mcp-trail`, `npx mcp-trail`, `node` with every
 * package installed, and the repository's `schemas/` at hand, and compares what each prints with the `text` block that follows it directly. In such a block
 * `…` stands for what differs from run to run: any part of a line, or alone in a line any lines. Throws, with the
 * page's line, at the first command that fails and at the first output that is another.
 *
 * @example
 * ```ts
 * await walkthrough("docs/siem/opensearch.md", { env: { OPENSEARCH_URL: opensearch().url } });
 * ```
 */
export async function walkthrough(page: string, options: WalkthroughOptions = {}): Promise<Walked> {
	const { env = {}, programs = {}, without = [], timeoutMs = 120_000 } = options;
	const read = readPage(await readFile(join(root, page), "utf8"));
	const steps = read.steps.filter(({ heading }) => !without.includes(heading));
	if (steps.length === 0) throw new Error(`${page} has no sh block to run`);
	const folder = await mkdtemp(join(tmpdir(), "mcp-trail-walkthrough-"));
	const [bin, work] = [join(folder, "bin"), join(folder, "work")];
	try {
		await mkdir(bin);
		await mkdir(work);
		for (const [name, line] of Object.entries({ ...commands, ...programs })) {
			await writeFile(join(bin, name), `#!/bin/bash\n${line}\n`);
			await chmod(join(bin, name), 0o755);
		}
		for (const { name, text } of read.files) await writeFile(join(work, name), text);
		const script = [
			"set -eo pipefail",
			`ln -s "${join(root, "schemas")}" "${join(root, "node_modules")}" .`,
			...steps.map(({ commands: text }, index) => `exec >"${output(index)}" 2>&1\n${text}`),
			"",
		].join("\n");
		await writeFile(join(folder, "script"), script);
		const status = await bash(join(folder, "script"), work, timeoutMs, {
			...process.env,
			...env,
			PATH: `${bin}:${process.env["PATH"]}`,
			NO_COLOR: "1",
		});
		const printed = await Promise.all(
			steps.map(async (_, index) => readFile(output(index), "utf8").catch(() => undefined)),
		);
		let compared = 0;
		for (const [index, { line, shows, commands: text }] of steps.entries()) {
			const said = printed[index]?.slice(0, MAX_OUTPUT_CHARACTERS);
			const last = printed[index + 1] === undefined;
			if (last && status !== 0)
				throw new Error(`${page}:${line} failed (${status}):\n${text}\nIt printed:\n${said}`);
			if (shows === undefined) continue;
			const difference = differs(shows, said ?? "");
			if (difference !== undefined) throw new Error(`${page}:${line}: ${difference}`);
			compared++;
		}
		return { printed: printed.map((text) => text ?? ""), compared };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}

	function output(index: number): string {
		return join(folder, `output-${index}`);
	}
}

/** Runs a script; its exit status, or the signal that ended it. Nothing that it started is left behind. */
async function bash(
	script: string,
	cwd: string,
	timeoutMs: number,
	env: NodeJS.ProcessEnv,
): Promise<number | string> {
	const shell = spawn("bash", [script], { cwd, env, stdio: "ignore", detached: true });
	const endGroup = (): void => {
		try {
			if (shell.pid !== undefined) process.kill(-shell.pid, "SIGKILL");
		} catch {
			// All of them have left.
		}
	};
	let late = false;
	const deadline = setTimeout(() => {
		late = true;
		endGroup();
	}, timeoutMs);
	const [code, signal]: (number | string | null)[] = await once(shell, "exit");
	clearTimeout(deadline);
	endGroup();
	return late ? `not done after ${timeoutMs} ms` : (code ?? signal ?? "no status");
}
