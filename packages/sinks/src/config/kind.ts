import type { Sink } from "@mcp-trail/audit";
import { z } from "zod";
import { suggestion } from "./nearest.ts";
import type { ConfigProblem } from "./sinks-config-error.ts";
import { optional, type Words } from "./words.ts";

/** A block of the configuration, as JSON has it. */
export type Block = Readonly<Record<string, unknown>>;

/** What opening a sink may use beside its options. */
export interface OpenContext {
	/** Told what no error says, such as advice on a topic. */
	readonly onWarn?: (message: string) => void;
}

/** A schema for every option of `Options` but `name`: one that is missing or unknown does not compile. */
export type Every<Options> = { readonly [K in keyof Options as Exclude<K, "name">]-?: z.ZodType };

/** One `type` of sink: what its options take, and how it is opened. */
export interface SinkKind {
	readonly type: string;
	/** The least that opens it; also in the JSON Schema. */
	readonly example: Block;
	/** Packages that its users install themselves, such as `kafkajs@2`. */
	readonly peers: readonly string[];
	/** The block's JSON Schema comes from this. */
	schema(is: Words): z.ZodObject;
	/** Judges the options, and opens the sink when asked. */
	read(options: Block, is: Words): ReadOptions;
}

interface ReadOptions {
	/** Paths are within the options. */
	readonly problems: readonly ConfigProblem[];
	/** Throws `TypeError` where the sink itself finds more. Not to be called where there are problems. */
	readonly open: (name: string, context: OpenContext) => Promise<Sink>;
}

/** Makes the kind of one sink; `open` loads the sink's file only then. */
export function sinkKind<S extends z.ZodRawShape>(kind: {
	readonly type: string;
	readonly example: Block;
	readonly peers?: readonly string[];
	readonly options: (is: Words) => S;
	readonly open: (
		options: z.output<z.ZodObject<S, z.core.$strict>> & { readonly name: string },
		context: OpenContext,
	) => Promise<Sink>;
}): SinkKind {
	const { type, example, peers = [], options, open } = kind;
	return {
		type,
		example,
		peers,
		schema: (is) =>
			z.strictObject({ type: z.literal(type), name: optional(is.name), ...options(is) }),
		read: (block, is) => {
			const shape = options(is);
			const parsed = z.strictObject(shape).safeParse(block);
			if (parsed.success) {
				const { data } = parsed;
				return { problems: [], open: async (name, context) => open({ ...data, name }, context) };
			}
			return {
				problems: parsed.error.issues.flatMap((issue) =>
					problemsOf(issue, ["type", "name", ...Object.keys(shape)]),
				),
				open: async () => Promise.reject(parsed.error),
			};
		},
	};
}

function problemsOf(issue: z.core.$ZodIssue, known: readonly string[]): readonly ConfigProblem[] {
	if (issue.code !== "unrecognized_keys") {
		return [{ path: pathText(issue.path), message: issue.message }];
	}
	return issue.keys.map((key) => ({
		path: pathText([...issue.path, key]),
		message:
			issue.path.length > 0
				? "is not known here. Remove it, or see the sink's options."
				: `is no option of this sink. ${suggestion(key, known)}`,
	}));
}

/** `tls.ca`, `brokers[1]`; a name that is no word stands in quotes. */
function pathText(path: readonly PropertyKey[]): string {
	return path
		.map((step) => {
			if (typeof step === "number") return `[${step}]`;
			const member = String(step);
			return /^\w{1,64}$/.test(member) ? `.${member}` : `[${JSON.stringify(member.slice(0, 64))}]`;
		})
		.join("")
		.replace(/^\./, "");
}
