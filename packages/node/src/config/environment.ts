import type { Env } from "../env.ts";
import type { ReadConfig } from "./read-config.ts";
import { overlay, provenance, readText } from "./source.ts";

const oneOf =
	(...words: readonly string[]) =>
	(value: string): boolean =>
		words.includes(value);
const upTo =
	(most: number) =>
	(value: string): boolean =>
		value.length <= most;

/** What `schema.ts` takes of each variable, said once more without what judges files. */
const takes: Readonly<Record<keyof Env, (value: string) => boolean>> = {
	enabled: () => true,
	config: () => true,
	service: upTo(128),
	environment: upTo(64),
	dir: upTo(4_096),
	durability: oneOf("disk", "os"),
	level: oneOf("metadata", "request", "request_response"),
	traces: oneOf("true", "false"),
	digestKeyFile: upTo(4_096),
	propagateBaggage: (value) => {
		const keys = value.split(",");
		return keys.length <= 256 && keys.every(upTo(256));
	},
	rpcStatusCodeAttribute: oneOf("rpc.response.status_code", "rpc.status_code"),
};

/** The configuration of a process that has variables alone, and good ones; undefined = it needs judging. */
export function environmentConfig(env: Env): ReadConfig | undefined {
	if (readText(env.config) !== undefined) return undefined;
	for (const [name, value] of Object.entries(env)) {
		const isTaken = Object.entries(takes).find(([known]) => known === name)?.[1];
		if (isTaken === undefined || value === "" || !isTaken(value)) return undefined;
	}
	const over = overlay(env);
	const [source, digest] = provenance(undefined, over);
	return { ...over, digest, source, ignored: [] };
}

/**
 * Reads the configuration as `readConfig` does. What judges a file takes a fifth of a start's time: it is loaded
 * where there is a file, or something to complain of.
 */
export async function configOf(env: Env): Promise<ReadConfig> {
	const config = environmentConfig(env);
	if (config !== undefined) return config;
	const { readConfig } = await import("./read-config.ts");
	return readConfig(env);
}
