import { openSinks, probeEvent, type SinksConfig } from "@mcp-trail/sinks/config";
import { escape } from "../escape.ts";
import { Failure } from "../failure.ts";
import type { ExitCode, Io } from "../io.ts";
import { type Answer, sendOne } from "../test-event/send-one.ts";
import { answerLine } from "../test-event/answer-line.ts";
import { defaultFile, readSinks } from "../test-event/read-sinks.ts";

/** Options of `mcp-trail test-event`. */
export interface TestEventCommandOptions {
	/** A sink's name, a type, or `all`. */
	readonly to: string;
	/** @default mcp-trail.json, else mcp-trail.config.json */
	readonly config?: string;
	/** @default 30_000 */
	readonly timeoutMs?: number;
	readonly json?: boolean;
}

/** Sends one test event through sinks of a configuration and says what became of it at each. */
export async function testEvent(options: TestEventCommandOptions, io: Io): Promise<ExitCode> {
	const { to, config: file = defaultFile(), timeoutMs = 30_000 } = options;
	const chosen = choose(await readSinks(file), to, file);
	const warned = new Set<string>();
	const sinks = await openSinks(chosen, {
		onWarn: (message) => {
			// A client that tries again says the same again.
			if (!warned.has(message)) void io.stderr.write(`${escape(message, 1024)}\n`);
			warned.add(message);
		},
	});
	let exitCode: ExitCode = 0;
	for (const [index, sink] of sinks.entries()) {
		io.signal.throwIfAborted();
		const event = probeEvent();
		const said = await sendOne(sink, event, { timeoutMs, signal: io.signal });
		const answer: Answer = { type: chosen.sinks[index]?.type ?? "", ...said };
		if (!answer.ok) exitCode = 1;
		await io.stdout.write(
			options.json === true ? `${JSON.stringify(answer)}\n` : answerLine(answer),
		);
	}
	return exitCode;
}

function choose({ sinks }: SinksConfig, to: string, file: string): SinksConfig {
	const named = sinks.filter(({ name }) => name === to);
	const chosen = named.length > 0 ? named : sinks.filter(({ type }) => to === "all" || type === to);
	if (chosen.length > 0) return { sinks: chosen };
	const there = sinks.map(({ name, type }) => (name === type ? name : `${name} (${type})`));
	throw new Failure(
		`${escape(file, 1024)} has no sink ${escape(to)}. Give --to one of ${there.join(", ")}, or all.`,
	);
}
