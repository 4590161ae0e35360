import { parseSinksConfig, type SinksConfig } from "@mcp-trail/sinks/config";
import type { z } from "zod";
import { type Env, variables } from "../env.ts";
import { type ConfigProblem, NodeConfigError } from "./problems.ts";
import { instrumentationSchema } from "./instrumentation-schema.ts";
import { configSchema, extensionSchema, type NodeConfig } from "./schema.ts";
import { type Block, fileName, overlay, provenance, readText } from "./source.ts";

/** A configuration that was read and judged, the environment put over the file. */
export interface ReadConfig extends Omit<NodeConfig, "$schema" | "sinks"> {
	/** Absent = the trail itself is the audit log. */
	readonly sinks?: SinksConfig;
	/** Of what was read, before any secret is filled in. */
	readonly digest: string;
	/** `file`, `env`, `file_and_env` or `default`. */
	readonly source: string;
	/** Settings of the working folder's file that only a file named by `MCP_TRAIL_CONFIG` may make, such as `sinks`. */
	readonly ignored: readonly string[];
}

/** What sends events elsewhere, reads a file, or says what of a call is kept, where, and how long: not for whoever fills a working folder. */
const trustedOnly = [
	"sinks",
	"digestKeyFile",
	"deadLetters",
	"trail",
	"level",
	"principals",
	"extension",
	"instrumentation",
	"traces",
] as const;

/**
 * Reads the configuration of zero-code set-up: the file, with the environment put over it. Nothing is opened.
 *
 * Throws {@link NodeConfigError}, which lists everything that is wrong and what to do; a secret that stands in the
 * file itself is refused. Sinks, keys, folders, level, principals, extension, instrumentation and traces are taken only from a file that `config` names, since the working folder may be anybody's; what was left out is in `ignored`.
 *
 * @example
 * ```ts
 * import { readConfig } from "@mcp-trail/node";
 *
 * const config = readConfig({ config: "mcp-trail.config.json", dir: "/var/lib/tickets/trail" });
 * ```
 */
export function readConfig(env: Env = {}): ReadConfig {
	const file = readText(env.config);
	const over = overlay(env);
	const [source, digest] = provenance(file, over);
	const said = source === "env" || source === "default" ? "The environment" : fileName(env);
	const problems: ConfigProblem[] = [];
	const inFile = file === undefined ? {} : json(file, said);
	const ignored =
		env.config === undefined
			? trustedOnly.filter((name) => isBlock(inFile) && Object.hasOwn(inFile, name))
			: [];
	const value = merged(without(inFile, ignored), over);
	const parsed = configSchema.safeParse(value);
	if (!parsed.success) problems.push(...parsed.error.issues.flatMap(problemsOf));
	const { $schema: _, sinks: __, ...config } = parsed.data ?? {};
	const blocks = isBlock(value) ? value["sinks"] : undefined;
	let sinks: SinksConfig | undefined;
	try {
		if (Array.isArray(blocks)) sinks = parseSinksConfig({ sinks: blocks });
	} catch (error) {
		problems.push(...sinkProblems(error));
	}
	if (problems.length > 0) throw new NodeConfigError("config_invalid", problems, said);
	return { ...config, ...(sinks && { sinks }), digest, source, ignored };
}

/** A parser's own message quotes what may be a secret, so that it is not repeated. */
function json(text: string, file: string): unknown {
	try {
		return JSON.parse(text.replace(/^\u{feff}/u, ""));
	} catch (error) {
		const said = error instanceof Error ? error.message : "";
		const position = /at position ([0-9]+)/.exec(said)?.[1];
		const line = text.slice(0, Number(position)).split("\n").length;
		const where = position === undefined ? "" : ` near line ${line}`;
		const message = `is not JSON${where}. Look for a comma or a quote there.`;
		throw new NodeConfigError("config_unreadable", [{ path: "", message }], file);
	}
}

const isBlock = (value: unknown): value is Block =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function without(file: unknown, ignored: readonly string[]): unknown {
	if (!isBlock(file)) return file;
	return Object.fromEntries(Object.entries(file).filter(([name]) => !ignored.includes(name)));
}

function merged(file: unknown, over: Block): unknown {
	if (!isBlock(file)) return file;
	const both = ["trail", "instrumentation"].flatMap((name) => {
		const [inFile, inEnv] = [file[name], over[name]];
		return isBlock(inFile) && isBlock(inEnv) ? [[name, { ...inFile, ...inEnv }]] : [];
	});
	return { ...file, ...over, ...Object.fromEntries(both) };
}

function problemsOf(issue: z.core.$ZodIssue): readonly ConfigProblem[] {
	if (issue.code !== "unrecognized_keys") {
		const path = issue.path.map(String).join(".");
		return [{ path: path + variableOf(path), message: issue.message }];
	}
	return issue.keys.map((key) => ({
		path: [...issue.path, key.slice(0, 64)].map(String).join("."),
		message: `is not known. There is ${memberNames(issue.path).join(", ")}.`,
	}));
}

function memberNames(path: readonly PropertyKey[]): readonly string[] {
	const { trail, deadLetters, ...top } = configSchema.shape;
	if (path[0] === "trail") return Object.keys(trail.unwrap().shape);
	if (path[0] === "instrumentation") return Object.keys(instrumentationSchema.shape);
	if (path[0] === "extension") return Object.keys(extensionSchema.shape);
	if (path[0] === "deadLetters") return Object.keys(deadLetters.unwrap().shape);
	return [...Object.keys(top), "trail", "deadLetters"];
}

/** A variable that sets the same may be what is wrong. */
function variableOf(path: string): string {
	const [, member] = /^(?:trail\.|instrumentation\.)?([^.]+)/.exec(path) ?? [];
	const found = Object.entries(variables).find(([name]) => name === member);
	return found === undefined ? "" : ` (${found[1]})`;
}

/** What `@mcp-trail/sinks/config` says, known by its shape. */
function sinkProblems(error: unknown): readonly ConfigProblem[] {
	const problems: unknown = isBlock(error) ? error["problems"] : undefined;
	if (!Array.isArray(problems)) throw error;
	return problems.flatMap((one: unknown) =>
		isBlock(one) ? [{ path: String(one["path"]), message: String(one["message"]) }] : [],
	);
}
