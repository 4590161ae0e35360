/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
	/** Where, such as `trail.dir`; empty for the whole. */
	readonly path: string;
	/** What is wrong and what to do; never holds a value of the configuration. */
	readonly message: string;
}

/** Why nothing can be recorded: everything that is wrong with a configuration, and what to do. */
export class NodeConfigError extends Error {
	override readonly name = "NodeConfigError";
	/** `config_unreadable`: no file, or no JSON; `config_invalid`: see `problems`. */
	readonly code: "config_invalid" | "config_unreadable";
	readonly problems: readonly ConfigProblem[];

	constructor(
		code: NodeConfigError["code"],
		problems: readonly ConfigProblem[],
		source: string,
		cause?: unknown,
	) {
		const lines = problems.map((one) => [one.path, one.message].filter(Boolean).join(" "));
		const said =
			lines.length === 1 ? ` ${lines.join("")}` : lines.map((line) => `\n  ${line}`).join("");
		super(`${source}:${said}`, cause === undefined ? {} : { cause });
		this.code = code;
		this.problems = problems;
	}
}
