import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Env } from "../env.ts";
import { NodeConfigError } from "./problems.ts";

/** A JSON object. */
export type Block = Readonly<Record<string, unknown>>;

/** Read from the working folder where `MCP_TRAIL_CONFIG` names none. */
const DEFAULT_FILE = "mcp-trail.config.json";
const MAX_BYTES = 1_048_576;

/** The name of the file that is read. */
export const fileName = (env: Env): string => env.config ?? DEFAULT_FILE;

/** The file's bytes as text; the default file may be absent, one that was named may not. */
export function readText(named: string | undefined): string | undefined {
	const file = named ?? DEFAULT_FILE;
	try {
		const bytes = readFileSync(file);
		if (bytes.length <= MAX_BYTES) return bytes.toString("utf8");
	} catch (cause) {
		const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
		if (named === undefined && code === "ENOENT") return undefined;
		const message = `cannot be read (${code}). Check the path, and that this user may read it.`;
		throw new NodeConfigError("config_unreadable", [{ path: "", message }], file, cause);
	}
	const message = `has more than ${MAX_BYTES} bytes. Check the path.`;
	throw new NodeConfigError("config_unreadable", [{ path: "", message }], file);
}

/** What the environment says, in the file's terms. */
export function overlay({ service, environment, level, digestKeyFile, ...env }: Env): Block {
	const given = { service, environment, level, digestKeyFile, traces: flag(env.traces) };
	const trail = filled({ dir: env.dir, durability: env.durability });
	const instrumentation = filled({
		propagateBaggage: flagOrKeys(env.propagateBaggage),
		rpcStatusCodeAttribute: env.rpcStatusCodeAttribute,
	});
	return set({ ...given, trail, instrumentation });
}

function flag(value: string | undefined): unknown {
	return value === "true" ? true : value === "false" ? false : value;
}

/** Lists as OpenTelemetry's variables have them: commas, and spaces that count for nothing. */
function flagOrKeys(value: string | undefined): unknown {
	const said = flag(value?.trim());
	if (typeof said !== "string") return said;
	return said
		.split(",")
		.map((key) => key.trim())
		.filter((key) => key !== "");
}

/** Undefined where nothing is in it. */
function filled(block: Block): Block | undefined {
	const members = set(block);
	return Object.keys(members).length > 0 ? members : undefined;
}

const set = (block: Block): Block =>
	Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined));

/** The digest of a file alone is that of its bytes, so that `sha256sum` gives it, too. */
export function provenance(
	file: string | undefined,
	over: Block,
): readonly [source: string, digest: string] {
	const hasEnv = Object.keys(over).length > 0;
	if (file !== undefined && !hasEnv) return ["file", sha256(file)];
	if (file === undefined) return [hasEnv ? "env" : "default", sha256(JSON.stringify(over))];
	return ["file_and_env", sha256(JSON.stringify({ file: sha256(file), env: over }))];
}

const sha256 = (text: string): string =>
	`sha256:${createHash("sha256").update(text).digest("hex")}`;
