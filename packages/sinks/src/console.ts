import type { Sink } from "@mcp-trail/audit";
import { escapeControls } from "./console/escape-controls.ts";
import { readableLine } from "./console/readable-line.ts";

/** How {@link consoleSink} writes. */
export interface ConsoleSinkOptions {
	/** `readable`: one short line for people; `ndjson`: the stored line, hidden characters as JSON escapes. @default "readable" */
	readonly format?: "readable" | "ndjson";
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "console" */
	readonly name?: string;
	/** Where to write; never stdout, which in a stdio server is the protocol. @default process.stderr */
	readonly stream?: ConsoleStream;
}

/** The part of a writable stream that is used. */
export interface ConsoleStream {
	write(text: string, done: (error?: Error | null) => void): unknown;
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/u;

/**
 * Writes one line per event to standard error, escaped so that no event can steer a terminal.
 * Best effort: what a terminal has shown is not kept anywhere.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * const audit = openAudit({ service: "tickets", sinks: [consoleSink()] });
 * ```
 */
export function consoleSink(options: ConsoleSinkOptions = {}): Sink {
	const { format = "readable", name = "console", stream = process.stderr } = options;
	if (format !== "readable" && format !== "ndjson") {
		throw new TypeError('consoleSink: `format` takes "readable" or "ndjson".');
	}
	if (!NAME.test(name)) throw new TypeError(`consoleSink: \`name\` must match ${NAME.source}.`);
	return {
		name,
		delivery: "best_effort",
		ordered: true,
		write: async (batch, signal) => {
			signal.throwIfAborted();
			const lines = batch.map((event) =>
				format === "ndjson"
					? escapeControls(Buffer.from(event.bytes).toString())
					: readableLine(event),
			);
			if (lines.length > 0) await written(stream, `${lines.join("\n")}\n`, signal);
		},
	};
}

async function written(stream: ConsoleStream, text: string, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		// A terminal that was stopped (Ctrl-S) takes nothing until it goes on.
		const abort = (): void => {
			reject(signal.reason);
		};
		signal.addEventListener("abort", abort, { once: true });
		stream.write(text, (error) => {
			signal.removeEventListener("abort", abort);
			if (error) reject(error);
			else resolve();
		});
	});
}
