import { z } from "zod";

/** What the suite tells a client program about the scenario it runs. */
export interface Scenario {
	readonly name: string;
	readonly url: URL;
	readonly specVersion: string;
	/** Scenario data: credentials, calls to make. */
	readonly context: Readonly<Record<string, unknown>>;
}

const contextSchema = z.record(z.string(), z.unknown());

/** Reads the scenario from where the suite puts it. */
function scenario(): Scenario {
	const { env, argv } = process;
	return {
		name: env["MCP_CONFORMANCE_SCENARIO"] ?? "",
		url: new URL(argv.at(-1) ?? ""),
		specVersion: env["MCP_CONFORMANCE_PROTOCOL_VERSION"] ?? "",
		context: contextSchema.parse(JSON.parse(env["MCP_CONFORMANCE_CONTEXT"] ?? "{}")),
	};
}

/** Prints what the program got from its client, so that two runs can be compared. */
export function saw(what: string, value: unknown): void {
	process.stdout.write(`${what} ${JSON.stringify(value)}\n`);
}

/** Runs the program for the scenario; it must end by itself, with nothing left open. */
export async function play(
	program: (scenario: Scenario) => Promise<void>,
	close: () => Promise<void>,
): Promise<void> {
	try {
		await program(scenario());
		saw("finished", null);
	} catch (error) {
		saw("failed", error instanceof Error ? `${error.name}: ${error.message}` : String(error));
		process.exitCode = 1;
	} finally {
		await close();
	}
}
