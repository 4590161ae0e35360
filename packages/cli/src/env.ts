/** What the command line takes from the environment; nothing else of it is read. */
export interface Env {
	/** `MCP_TRAIL_DIGEST_KEY_FILE` */
	readonly digestKeyFile: string | undefined;
	/** `MCP_TRAIL_*`, as zero-code set-up reads them. */
	readonly variables?: Readonly<Record<string, string | undefined>>;
}

export function readEnv(): Env {
	const variables = Object.fromEntries(
		Object.entries(process.env).filter(([name]) => name.startsWith("MCP_TRAIL_")),
	);
	const file = variables["MCP_TRAIL_DIGEST_KEY_FILE"];
	return { digestKeyFile: file === "" ? undefined : file, variables };
}
