import type { Env } from "./env.ts";
import { Failure } from "./failure.ts";
import type { Io, Output } from "./io.ts";
import { ReaderGone } from "./reader-gone.ts";

/** Standard input, output and error of this process. */
export function nodeIo(env: Env): Io {
	const stop = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
	// A silent standard input must not keep whoever reads it from hearing of it.
	stop.signal.addEventListener("abort", () => process.stdin.destroy(), { once: true });
	return {
		stdin: process.stdin,
		stdout: output(process.stdout, () =>
			stop.abort(new ReaderGone("Nobody reads standard output any more.")),
		),
		stderr: output(process.stderr, () => {}),
		env,
		signal: stop.signal,
	};
}

function output(stream: NodeJS.WriteStream, onGone: () => void): Output {
	let gone = false;
	// EPIPE: the reader (`| head`) has what it wanted.
	stream.on("error", (error) => {
		gone = true;
		if (isBrokenPipe(error)) onGone();
	});
	return {
		isTerminal: stream.isTTY,
		write: (text) =>
			new Promise((resolve, reject) => {
				const written = (error?: Error | null): void => {
					// Of standard error nobody can be told.
					if (!error || isBrokenPipe(error) || stream === process.stderr) resolve();
					else reject(cutOff(error));
				};
				if (gone) resolve();
				else stream.write(text, written);
			}),
	};
}

const isBrokenPipe = (error: Error): boolean => "code" in error && error.code === "EPIPE";

const cutOff = (error: Error): Failure =>
	new Failure(
		`Standard output cannot be written, what it has is cut off: ${error.message}. Make room where it goes, and run this again.`,
		{ cause: error },
	);
