/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
	/** Where, such as `sinks[0].url`; empty for the whole. */
	readonly path: string;
	/** What is wrong and what to do; never holds a value of the configuration. */
	readonly message: string;
}

/** Why sinks cannot be opened from a configuration: everything that is wrong with it, and what to do. */
export class SinksConfigError extends Error {
	override readonly name = "SinksConfigError";
	/** `config_unreadable`: no file, or no JSON; `config_invalid`: see `problems`. */
	readonly code: "config_invalid" | "config_unreadable";
	readonly problems: readonly ConfigProblem[];

	constructor(
		code: SinksConfigError["code"],
		problems: readonly ConfigProblem[],
		{ source = "The configuration of sinks", cause }: { source?: string; cause?: unknown } = {},
	) {
		const lines = problems.map(({ path, message }) =>
			path === "" ? message : `${path} ${message}`,
		);
		const [only = ""] = lines;
		const said =
			lines.length === 1 ? `: ${only}` : `:${lines.map((line) => `\n  ${line}`).join("")}`;
		super(`${source}${said}`, cause === undefined ? {} : { cause });
		this.code = code;
		this.problems = problems;
	}
}
