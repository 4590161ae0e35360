import { validate as validateEvent } from "@mcp-trail/event/schema";
import { inputs } from "../convert/inputs.ts";
import { escape } from "../escape.ts";
import { Failure } from "../failure.ts";
import type { ExitCode, Io } from "../io.ts";
import { count } from "../numbers.ts";
import { isReaderGone } from "../reader-gone.ts";
import { type Found, values } from "../validate/values.ts";

/** Options of `mcp-trail validate`. */
export interface ValidateCommandOptions {
	readonly as?: string;
	readonly json?: boolean;
}

const forms = ["reader", "writer", "audit", "new"] as const;
/** Problems shown one by one; all are counted. */
const MAX_SHOWN = 1000;

/** Validates events against the schema and says of each wrong one which rule it breaks. */
export async function validate(
	paths: readonly string[],
	options: ValidateCommandOptions,
	io: Io,
): Promise<ExitCode> {
	const form = forms.find((name) => name === (options.as ?? "reader"));
	if (form === undefined)
		throw new Failure(`--as ${escape(options.as)} is unknown. Give one of ${forms.join(", ")}.`);
	const counts = { events: 0, wrong: 0, problems: 0 };

	const tell = async (
		name: string,
		found: Found,
		pointer: string,
		rule: string,
		message: string,
	) => {
		counts.problems++;
		if (counts.problems > MAX_SHOWN) return;
		const { line, index } = found;
		const problem = {
			file: name,
			line,
			...(index !== undefined && { index }),
			path: pointer,
			rule,
			message,
		};
		const item = index === undefined ? "" : `[${index}]`;
		await io.stdout.write(
			options.json === true
				? `${JSON.stringify(problem)}\n`
				: `${escape(name, 1024)}:${line}${item}: ${escape(`${pointer} ${message}`.trim(), 1024)} (${rule})\n`,
		);
	};

	try {
		for await (const { name, chunks } of inputs(paths, io))
			for await (const found of values(chunks)) {
				io.signal.throwIfAborted();
				counts.events++;
				const issues =
					"problem" in found
						? [{ path: "", rule: "not_json", message: found.problem }]
						: validateEvent(found.value, { as: form }).issues;
				if (issues.length > 0) counts.wrong++;
				for (const { path: pointer, rule, message } of issues)
					await tell(name, found, pointer, rule, message);
			}
	} catch (error) {
		// Whoever read this has what it wanted; what was read until then says how it ends.
		if (!isReaderGone(io.signal)) throw error;
	}
	if (counts.events === 0)
		throw new Failure(
			`${paths.map((path) => (path === "-" ? "Standard input" : path)).join(", ")} holds no event. Give a trail's folder, NDJSON, a JSON object, or an array of them.`,
		);
	if (options.json !== true)
		await io.stdout.write(
			counts.wrong === 0
				? `${count(counts.events, "event")}, all valid\n`
				: `${count(counts.events, "event")}, ${counts.wrong} not valid (${count(counts.problems, "problem")})\n`,
		);
	return counts.wrong === 0 ? 0 : 1;
}
