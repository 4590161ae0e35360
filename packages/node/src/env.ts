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
	/** `MCP_TRAIL_PROPAGATE_BAGGAGE`: `true`, `false`, or keys with commas between. */
	readonly propagateBaggage?: string;
	/** `MCP_TRAIL_RPC_STATUS_CODE_ATTRIBUTE`: `rpc.response.status_code` or `rpc.status_code`. */
	readonly rpcStatusCodeAttribute?: string;
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
	propagateBaggage: "MCP_TRAIL_PROPAGATE_BAGGAGE",
	rpcStatusCodeAttribute: "MCP_TRAIL_RPC_STATUS_CODE_ATTRIBUTE",
} as const satisfies Record<keyof Env, string>;

/** Reads the `MCP_TRAIL_*` variables of an environment, by default the process's; the one place of this package that does. */
export function readEnv(env: Readonly<Record<string, string | undefined>> = process.env): Env {
	const set = Object.entries(variables).flatMap(([member, name]) => {
		const value = env[name];
		return value === undefined || value === "" ? [] : [[member, value] as const];
	});
	return Object.fromEntries(set);
}

/** `NODE_OPTIONS`: what Node itself has been told besides its arguments. */
export const nodeOptions = (): string => process.env["NODE_OPTIONS"] ?? "";

/** What the application's environment says of OpenTelemetry that the SDK would not be told twice. */
export interface OtelEnv {
	/** `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` names the service. */
	readonly namesService: boolean;
}

/** Reads what of OpenTelemetry's own variables goes before what is set here. */
export function readOtelEnv(
	env: Readonly<Record<string, string | undefined>> = process.env,
): OtelEnv {
	const said = (name: string): string => env[name]?.trim() ?? "";
	return {
		namesService:
			said("OTEL_SERVICE_NAME") !== "" ||
			/(^|,)\s*service\.name\s*=/.test(said("OTEL_RESOURCE_ATTRIBUTES")),
	};
}

const DETECTORS = "OTEL_NODE_RESOURCE_DETECTORS";

/**
 * Makes an SDK that says of the process what was configured, else its environment and host: its own choice sends the
 * command line, which may hold a secret. By the variable, since SDK 3.x hands out no detectors; it is set for the call.
 */
export function withDetectors<T>(make: () => T): T {
	const before = process.env[DETECTORS];
	if ((before?.trim() ?? "") !== "") return make();
	process.env[DETECTORS] = "env,host";
	try {
		return make();
	} finally {
		if (before === undefined) delete process.env[DETECTORS];
		else process.env[DETECTORS] = before;
	}
}
