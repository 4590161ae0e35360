import type { Env } from "./env.ts";

/** Somewhere to write text to. */
export interface Output {
	/** True: a person reads it. */
	readonly isTerminal: boolean;
	/** Resolves when more may be written; text for a reader that has gone is dropped. */
	write(text: string | Uint8Array): Promise<void>;
}

/** Everything a command has to do with the world outside files. */
export interface Io {
	readonly stdin: AsyncIterable<Uint8Array>;
	readonly stdout: Output;
	readonly stderr: Output;
	readonly env: Env;
	/** Aborted by SIGINT, SIGTERM, and by a `ReaderGone` when nobody reads standard output any more. */
	readonly signal: AbortSignal;
}

/** What a process ends with. */
export type ExitCode = 0 | 1 | 2;
