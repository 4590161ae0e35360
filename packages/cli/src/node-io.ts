import type { Env } from "./env.ts";
import type { Io, Output } from "./io.ts";

/** Standard input, output and error of this process. */
export function nodeIo(env: Env): Io {
	const stop = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
	// A silent standard input must not keep whoever reads it from hearing of it.
	stop.signal.addEventListener("abort", () => process.stdin.destroy(), { once: true });
	return {
		stdin: process.stdin,
		stdout: output(process.stdout, () => stop.abort()),
		stderr: output(process.stderr, () => {}),
		env,
		signal: stop.signal,
	};
}

function output(stream: NodeJS.WriteStream, onGone: () => void): Output {
	let gone = false;
	// EPIPE: the reader (`| head`) has what it wanted. Whatever the error is, nobody can be told here.
	stream.on("error", () => {
		gone = true;
		onGone();
	});
	return {
		isTerminal: stream.isTTY,
		write: (text) =>
			new Promise((resolve) => {
				if (gone) resolve();
				else stream.write(text, () => resolve());
			}),
	};
}
