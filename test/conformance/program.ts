import { spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutCompilerNoise } from "../compiler-noise.ts";

const turn = import.meta.resolve("./turnstile-enter.ts");
const flags = ["--conditions=@mcp-trail/source", "--import", import.meta.resolve("tsx")];

/** How the switch of the programs under test is on. */
export interface On {
	/** Where the trail goes. */
	readonly folder: string;
	/** Speaks the audit extension, too. */
	readonly extension: boolean;
}

/** Environment in which the switch is on, or off. */
export function environment(on: On | undefined): NodeJS.ProcessEnv {
	const { MCP_TRAIL_CONFORMANCE_DIR: _, MCP_TRAIL_CONFORMANCE_EXTENSION: _1, ...env } = process.env;
	if (on === undefined) return env;
	return {
		...env,
		MCP_TRAIL_CONFORMANCE_DIR: on.folder,
		...(on.extension && { MCP_TRAIL_CONFORMANCE_EXTENSION: "1" }),
	};
}

/** The shell command that starts a client program; the suite adds the server's address. */
export const clientCommand = (file: string): string =>
	[process.execPath, ...flags, "--import", turn, fileURLToPath(file)]
		.map((word) => `"${word}"`)
		.join(" ");

/** A server program that is running. */
export interface RunningServer {
	readonly url: string;
	/** Ends it; resolves with whatever it did that a good server does not. */
	stop(): Promise<readonly string[]>;
}

const greeting = /^listening on (\S+)\n/;

/** Starts a server program and waits until it listens. */
export async function startServer(file: string, env: NodeJS.ProcessEnv): Promise<RunningServer> {
	const child = spawn(process.execPath, [...flags, fileURLToPath(file)], {
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stdout = "";
	let stderr = "";
	child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
	child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
	const exited = once(child, "exit").then(() => child.exitCode ?? child.signalCode);

	const deadline = AbortSignal.timeout(60_000);
	while (!greeting.test(stdout)) {
		const over = await Promise.race([
			exited.then(() => true),
			once(child.stdout, "data", { signal: deadline }).then(() => false),
		]);
		if (over) throw new Error(`${basename(file)} ended before it listened:\n${stderr}`);
	}

	return {
		url: greeting.exec(stdout)?.[1] ?? "",
		async stop() {
			child.kill("SIGTERM");
			const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
			const code = await exited;
			clearTimeout(late);
			const faults: string[] = [];
			if (code !== 0) faults.push(`${basename(file)} ended with ${code}`);
			const more = stdout.replace(greeting, "");
			if (more !== "") faults.push(`${basename(file)} wrote to stdout: ${more.slice(0, 200)}`);
			const said = withoutCompilerNoise(stderr);
			if (said !== "") faults.push(`${basename(file)} wrote to stderr: ${said.slice(0, 2000)}`);
			return faults;
		},
	};
}
