/** What the command line takes from the environment; nothing else of it is read. */
export interface Env {
	/** `MCP_TRAIL_DIGEST_KEY_FILE` */
	readonly digestKeyFile: string | undefined;
}

export function readEnv(): Env {
	const file = process.env["MCP_TRAIL_DIGEST_KEY_FILE"];
	return { digestKeyFile: file === "" ? undefined : file };
}
