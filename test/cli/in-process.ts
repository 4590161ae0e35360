import { type ExitCode, type Io, run } from "mcp-trail";

/** What a command wrote, and what it ended with. */
export interface InProcess {
	readonly exitCode: ExitCode;
	readonly stdout: string;
	readonly stderr: string;
}

/** How a command is run. */
export interface InProcessOptions {
	readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
	/** @default false */
	readonly isTerminal?: boolean;
	readonly signal?: AbortSignal;
	/** `MCP_TRAIL_*` of the shell. @default none */
	readonly variables?: Readonly<Record<string, string>>;
	/** Called with each text written to standard output, and waited for. */
	readonly onStdout?: (text: string) => Promise<void>;
}

/** Runs a command in this process; as if a person sat in front of it where `isTerminal`. */
export async function inProcess(
	args: readonly string[],
	{ stdin = "", isTerminal = false, signal, onStdout, variables = {} }: InProcessOptions = {},
): Promise<InProcess> {
	const shown = { stdout: "", stderr: "" };
	const output = (name: "stdout" | "stderr"): Io["stdout"] => ({
		isTerminal,
		async write(bytes) {
			const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();
			shown[name] += text;
			if (name === "stdout") await onStdout?.(text);
		},
	});
	const io: Io = {
		stdin: typeof stdin === "string" || stdin instanceof Uint8Array ? once(stdin) : stdin,
		stdout: output("stdout"),
		stderr: output("stderr"),
		env: { digestKeyFile: undefined, variables },
		signal: signal ?? new AbortController().signal,
	};
	const exitCode = await run(args, io, "0.0.0");
	return { exitCode, ...shown };
}

async function* once(input: string | Uint8Array): AsyncGenerator<Uint8Array> {
	if (input.length > 0) yield Buffer.from(input);
}
