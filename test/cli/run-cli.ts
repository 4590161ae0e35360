import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { fileURLToPath } from "node:url";
import { withoutCompilerNoise } from "../compiler-noise.ts";

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

/** A run of `mcp-trail` as a child process. */
export interface CliRun {
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Starts `mcp-trail` from source. */
export function startCli(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
	const { MCP_TRAIL_DIGEST_KEY_FILE: _, ...inherited } = process.env;
	return spawn(
		process.execPath,
		["--import", "tsx", "--conditions=@mcp-trail/source", main, ...args],
		{ env: { ...inherited, ...env } },
	);
}

/** Runs `mcp-trail` to its end. */
export async function runCli(
	args: readonly string[],
	options: {
		readonly stdin?: string | Uint8Array;
		readonly env?: Readonly<Record<string, string>>;
	} = {},
): Promise<CliRun> {
	const child = startCli(args, options.env);
	let stdout = "";
	let stderr = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
	child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
	child.stdin.on("error", () => {});
	child.stdin.end(options.stdin ?? "");
	const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
	return { exitCode, stdout, stderr: withoutCompilerNoise(stderr) };
}
