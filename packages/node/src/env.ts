/** What zero-code set-up takes from the environment; nothing else of it is read, and an empty variable is none. */
export interface Env {
	/** `MCP_TRAIL_ENABLED`: `false` = the process runs as if nothing were registered. */
	readonly enabled?: string;
	/** `MCP_TRAIL_CONFIG`: path of the configuration file. */
	readonly config?: string;
	/** `MCP_TRAIL_SERVICE` */
	readonly service?: string;
	/** `MCP_TRAIL_ENVIRONMENT` */
	readonly environment?: string;
	/** `MCP_TRAIL_DIR`: the trail's folder. */
	readonly dir?: string;
	/** `MCP_TRAIL_DURABILITY`: `disk` or `os`. */
	readonly durability?: string;
	/** `MCP_TRAIL_LEVEL`: `metadata`, `request` or `request_response`. */
	readonly level?: string;
	/** `MCP_TRAIL_TRACES`: `true` or `false`. */
	readonly traces?: string;
	/** `MCP_TRAIL_DIGEST_KEY_FILE` */
	readonly digestKeyFile?: string;
}

/** The variable of each member. */
export const variables = {
	enabled: "MCP_TRAIL_ENABLED",
	config: "MCP_TRAIL_CONFIG",
	service: "MCP_TRAIL_SERVICE",
	environment: "MCP_TRAIL_ENVIRONMENT",
	dir: "MCP_TRAIL_DIR",
	durability: "MCP_TRAIL_DURABILITY",
	level: "MCP_TRAIL_LEVEL",
	traces: "MCP_TRAIL_TRACES",
	digestKeyFile: "MCP_TRAIL_DIGEST_KEY_FILE",
} as const satisfies Record<keyof Env, string>;

/** Reads the environment; the one place of this package that does. */
export function readEnv(): Env {
	const set = Object.entries(variables).flatMap(([member, name]) => {
		const value = process.env[name];
		return value === undefined || value === "" ? [] : [[member, value] as const];
	});
	return Object.fromEntries(set);
}
