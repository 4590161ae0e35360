import type { Sink } from "@mcp-trail/audit";
import { type JsonFile, readJsonFile, readJsonText } from "./config/json-text.ts";
import type { Block, OpenContext, SinkKind } from "./config/kind.ts";
import { kinds } from "./config/kinds.ts";
import { suggestion } from "./config/nearest.ts";
import { type ConfigProblem, SinksConfigError } from "./config/sinks-config-error.ts";
import { type Environment, type Words, words } from "./config/words.ts";
import { missingPeers } from "./missing-peers.ts";

export type { ConfigProblem } from "./config/sinks-config-error.ts";
export { probeEvent } from "./probe-event.ts";
export { SinksConfigError } from "./config/sinks-config-error.ts";

/** One sink: `type` is its subpath of `@mcp-trail/sinks`, the other members are that sink's options. */
export interface SinkConfig {
	readonly type: string;
	/** @default the type */
	readonly name: string;
	readonly [option: string]: unknown;
}

/** A configuration that was read and judged; the JSON Schema is `schemas/config/sinks.schema.json`. */
export interface SinksConfig {
	readonly sinks: readonly SinkConfig[];
}

/** What {@link openSinks} may use beside the configuration. */
export interface OpenSinksOptions {
	/** Where `{ "env": "NAME" }` is read, once. @default the process's, each time a sink needs it */
	readonly env?: Environment;
	/** Told what no error says, such as advice on a Kafka topic. @default nobody */
	readonly onWarn?: (message: string) => void;
}

const MAX_SINKS = 32;

/**
 * Reads a configuration of sinks, as a value or as JSON text, and judges all of it; nothing is opened.
 *
 * Throws {@link SinksConfigError}, which lists everything that is wrong and what to do. A secret that
 * stands in the configuration itself is refused: files are copied and committed.
 *
 * @example
 * ```ts
 * import { parseSinksConfig } from "@mcp-trail/sinks/config";
 *
 * const config = parseSinksConfig('{ "sinks": [{ "type": "console" }] }');
 * ```
 */
export function parseSinksConfig(input: unknown): SinksConfig {
	return parsed(typeof input === "string" ? readJsonText(input) : { value: input });
}

/**
 * Reads a configuration of sinks from a file of JSON; relative paths in it are of the working folder.
 *
 * Rejects with {@link SinksConfigError}, as {@link parseSinksConfig} throws it.
 */
export async function readSinksConfig(file: string): Promise<SinksConfig> {
	return parsed(await readJsonFile(file));
}

/**
 * Opens the sinks of a configuration: loads those that it names and no other. No connection is made.
 *
 * Rejects with {@link SinksConfigError}; then none is open.
 *
 * @example
 * ```ts
 * import { openAudit } from "@mcp-trail/audit";
 * import { openSinks, readSinksConfig } from "@mcp-trail/sinks/config";
 *
 * const config = await readSinksConfig("mcp-trail.json");
 * const audit = openAudit({ service: "tickets", sinks: await openSinks(config) });
 * ```
 */
export async function openSinks(
	config: SinksConfig,
	{ env, onWarn }: OpenSinksOptions = {},
): Promise<readonly Sink[]> {
	const { sinks, problems } = judged(config, words(env));
	if (problems.length > 0) throw new SinksConfigError("config_invalid", problems);
	const context: OpenContext = onWarn === undefined ? {} : { onWarn };
	const opened: Sink[] = [];
	const failed: ConfigProblem[] = [];
	for (const [index, { kind, name, open }] of sinks.entries()) {
		const path = `sinks[${index}]`;
		const missing = missingPeers(kind.peers);
		failed.push(...missing.map((message) => ({ path, message })));
		try {
			if (missing.length === 0) opened.push(await open(name, context));
		} catch (error) {
			failed.push(openingProblem(path, error));
		}
	}
	if (failed.length === 0) return opened;
	const signal = AbortSignal.timeout(CLOSE_TIMEOUT_MS);
	await Promise.allSettled(opened.map(async (sink) => sink.close?.(signal)));
	throw new SinksConfigError("config_invalid", failed);
}

const CLOSE_TIMEOUT_MS = 5_000;

function parsed({ value, source }: JsonFile): SinksConfig {
	const { sinks, problems } = judged(value, words());
	if (problems.length > 0) {
		throw new SinksConfigError("config_invalid", problems, source === undefined ? {} : { source });
	}
	return { sinks: sinks.map(({ kind, name, options }) => ({ ...options, type: kind.type, name })) };
}

interface Judged {
	readonly kind: SinkKind;
	readonly name: string;
	readonly options: Block;
	readonly open: (name: string, context: OpenContext) => Promise<Sink>;
}

function judged(
	value: unknown,
	is: Words,
): { readonly sinks: readonly Judged[]; readonly problems: readonly ConfigProblem[] } {
	const problems: ConfigProblem[] = [];
	const tell = (path: string, message: string): void => void problems.push({ path, message });
	if (!isBlock(value)) {
		tell("", 'takes an object: { "sinks": [{ "type": "console" }] }.');
		return { sinks: [], problems };
	}
	for (const member of Object.keys(value)) {
		if (member === "sinks" || member === "$schema") continue;
		tell(member.slice(0, 64), `is not known. ${suggestion(member, ["sinks", "$schema"])}`);
	}
	const { sinks: list } = value;
	if (!Array.isArray(list) || list.length === 0 || list.length > MAX_SINKS) {
		tell("sinks", `takes a list of 1 to ${MAX_SINKS}, such as [{ "type": "console" }].`);
		return { sinks: [], problems };
	}
	const names = new Map<string, number>();
	const sinks = list.flatMap((block: unknown, index): Judged[] => {
		const path = `sinks[${index}]`;
		if (!isBlock(block)) {
			tell(path, 'takes an object, such as { "type": "console" }.');
			return [];
		}
		const { type, name = type, ...options } = block;
		const kind = kinds.find((one) => one.type === type);
		if (kind === undefined) {
			tell(`${path}.type`, unknownType(type));
			return [];
		}
		const goodName = is.name.safeParse(name);
		if (!goodName.success) {
			tell(`${path}.name`, goodName.error.issues[0]?.message ?? "takes a name.");
			return [];
		}
		const first = names.get(goodName.data);
		if (first !== undefined) {
			const before = `is ${goodName.data}, as of sinks[${first}]`;
			tell(`${path}.name`, `${before}. Give each sink of a type its own \`name\`.`);
		}
		names.set(goodName.data, first ?? index);
		const { problems: wrong, open } = kind.read(options, is);
		for (const { path: option, message } of wrong) {
			tell(option.startsWith("[") || option === "" ? path + option : `${path}.${option}`, message);
		}
		return [{ kind, name: goodName.data, options, open }];
	});
	return { sinks, problems };
}

function unknownType(type: unknown): string {
	const known = kinds.map((kind) => kind.type);
	if (typeof type !== "string") return `takes one of ${known.join(", ")}.`;
	return `is no sink that is built in. ${suggestion(type, known)} A sink of your own goes into openAudit({ sinks }) in code.`;
}

/** What a sink itself says of its options: "<factory>: `<option>` <says>." */
function openingProblem(path: string, error: unknown): ConfigProblem {
	const message = error instanceof Error ? error.message : String(error);
	const [, option, says] = /^\w+: `([^`]+)` (.+)$/s.exec(message) ?? [];
	return option === undefined || says === undefined
		? { path, message: `cannot be opened. ${message}` }
		: { path: `${path}.${option}`, message: says };
}

function isBlock(value: unknown): value is Block {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
