import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Plan } from "./plan.ts";
import { clientCommand, environment, startServer, type On } from "./program.ts";
import type { Runner } from "./runner.ts";
import { openTurnstile } from "./turnstile.ts";

/** Client programs that run at a time. */
const places = 2;

const run = promisify(execFile);
const suiteMs = 900_000;
/** Counted from the start of the suite: all but the first clients wait for their turn. */
const scenarioMs = "600000";

/** One run of the suite. */
export interface Outcome {
	/** The folder that the suite wrote. */
	readonly output: string;
	/** What went wrong besides the checks: a program that crashed or wrote where it should not. */
	readonly faults: readonly string[];
	readonly seconds: number;
}

/** The suite exits with 1 when a check fails, which is judged elsewhere; nothing else may end it. */
async function runSuite(runner: Runner, args: readonly string[], env: NodeJS.ProcessEnv) {
	try {
		await run(runner.node, [runner.cli, ...args], {
			env,
			timeout: suiteMs,
			maxBuffer: 256 * 1024 * 1024,
		});
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === 1)) {
			throw new Error("The conformance suite itself failed", { cause: error });
		}
	}
}

/** Runs the suite as planned, bare or with the switch on. */
export async function perform(
	plan: Plan,
	runner: Runner,
	folder: string,
	on?: On,
): Promise<Outcome> {
	const startedMs = performance.now();
	const env = environment(on);
	const output = join(folder, "results");
	const common = [...plan.select, "-o", output];
	let faults: readonly string[] = [];
	if (plan.side === "server") {
		const server = await startServer(plan.program, env);
		try {
			await runSuite(runner, ["server", "--url", server.url, ...common], env);
		} finally {
			faults = await server.stop();
		}
	} else {
		const command = clientCommand(plan.program);
		const args = ["client", "--command", command, "--timeout", scenarioMs, ...common];
		const turnstile = await openTurnstile(places);
		const MCP_TRAIL_CONFORMANCE_TURNSTILE = String(turnstile.port);
		try {
			await runSuite(runner, args, { ...env, MCP_TRAIL_CONFORMANCE_TURNSTILE });
		} finally {
			await turnstile.close();
		}
	}
	return { output, faults, seconds: (performance.now() - startedMs) / 1000 };
}
