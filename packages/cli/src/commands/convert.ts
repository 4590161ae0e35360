import type { StoredEvent } from "@mcp-trail/event";
import { validate } from "@mcp-trail/event/schema";
import { converter } from "../convert/converter.ts";
import { inputs } from "../convert/inputs.ts";
import { escape } from "../escape.ts";
import { Failure, isFailure } from "../failure.ts";
import type { ExitCode, Io } from "../io.ts";
import { count } from "../numbers.ts";
import { isReaderGone } from "../reader-gone.ts";
import { type Found, values } from "../validate/values.ts";

/** Options of `mcp-trail convert`. */
export interface ConvertCommandOptions {
	readonly to: string;
	readonly skipInvalid?: boolean;
	readonly json?: boolean;
}

/** Written at once; memory does not grow with the input. */
const BLOCK_CHARACTERS = 65_536;
/** Left out and named one by one; all are counted. */
const MAX_NAMED = 1000;

/** Says stored events in another schema's words, one line each; what is no event is named and left out. */
export async function convert(
	paths: readonly string[],
	options: ConvertCommandOptions,
	io: Io,
): Promise<ExitCode> {
	const say = converter(options.to);
	let block = "";
	const flush = async (): Promise<void> => {
		const text = block;
		block = "";
		if (text !== "") await io.stdout.write(text);
	};
	const counts = { events: 0, leftOut: 0 };
	const leaveOut = async (file: string, { line, index }: Found, problem: string): Promise<void> => {
		counts.leftOut++;
		if (counts.leftOut > MAX_NAMED) return;
		// What was converted before it is read before it.
		await flush();
		const item = index === undefined ? "" : `[${index}]`;
		await io.stderr.write(
			options.json === true
				? `${JSON.stringify({ file, line, ...(index === undefined ? {} : { index }), message: problem })}\n`
				: `${escape(file, 1024)}:${line}${item}: left out: ${escape(problem, 1024)}\n`,
		);
	};

	try {
		for await (const { name, chunks } of inputs(paths.length === 0 ? ["-"] : paths, io))
			for await (const found of values(chunks)) {
				io.signal.throwIfAborted();
				counts.events++;
				const converted = attempt(found, say);
				if ("problem" in converted) await leaveOut(name, found, converted.problem);
				else {
					const { text } = converted;
					block += `${io.stdout.isTerminal ? escape(text, Number.POSITIVE_INFINITY) : text}\n`;
					if (block.length >= BLOCK_CHARACTERS) await flush();
				}
			}
	} catch (error) {
		// Whoever read this has what it wanted; what was read until then says how it ends.
		if (!isReaderGone(io.signal)) throw error;
	}
	await flush();
	if (counts.events === 0)
		throw new Failure("The input holds no event. Give stored events: NDJSON, or a trail's folder.");
	if (counts.leftOut === 0) return 0;
	if (options.json !== true)
		await io.stderr.write(
			`${count(counts.leftOut, "event")} of ${counts.events} left out; mcp-trail validate says more.\n`,
		);
	return options.skipInvalid === true ? 0 : 1;
}

/** The line, or why there is none. */
function attempt(
	found: Found,
	say: (event: StoredEvent) => string,
): { readonly text: string } | { readonly problem: string } {
	if ("problem" in found) return { problem: found.problem };
	const { value } = found;
	if (!isStored(value)) {
		const [issue] = validate(value, { as: "reader" }).issues;
		return { problem: `${issue?.path ?? ""} ${issue?.message ?? "is no stored event"}`.trim() };
	}
	try {
		return { text: say(value) };
	} catch (error) {
		if (isFailure(error)) throw error;
		return { problem: error instanceof Error ? error.message : String(error) };
	}
}

/** The value as it stands is projected, so that what holds the stored line has its very bytes. */
function isStored(value: unknown): value is StoredEvent {
	return validate(value, { as: "reader" }).valid;
}
