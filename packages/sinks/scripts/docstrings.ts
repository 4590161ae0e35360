import { readFileSync } from "node:fs";

/** What the source says of an option. */
export interface Docstring {
	readonly says: string;
	/** Of `@default`, or empty. */
	readonly otherwise: string;
}

const MEMBER = /(?:\/\*\*(?<doc>(?:[^*]|\*(?!\/))*)\*\/\s*)?\breadonly (?<name>\w+)\??:/g;

/** Sinks whose options extend those of connections and lines. */
const lineSinks: ReadonlySet<string> = new Set(["relp", "syslog"]);

/** The docstrings of the options of a sink, so that what stands in the code is not written again. */
export function docstringsOf(type: string): ReadonlyMap<string, Docstring> {
	return new Map(
		[
			...members(`../src/${type}.ts`, /\w+SinkOptions\b/),
			...(lineSinks.has(type)
				? [
						...members("../src/syslog/connection-options.ts", /ConnectionOptions\b/),
						...members("../src/syslog/lines.ts", /LineOptions\b/),
					]
				: []),
			...members(
				"../src/http/http-options.ts",
				/HttpOptions\b/,
				new Set(["tls", "proxy", "gzip", "timeoutMs"]),
			),
		].toReversed(),
	);
}

function members(
	file: string,
	name: RegExp,
	only?: ReadonlySet<string>,
): readonly (readonly [string, Docstring])[] {
	const source = readFileSync(new URL(file, import.meta.url), "utf8");
	const begin = source.search(new RegExp(`^export interface ${name.source}`, "m"));
	const block = begin < 0 ? "" : source.slice(begin, source.indexOf("\n}", begin));
	return [...block.matchAll(MEMBER)].flatMap(({ groups }): [string, Docstring][] => {
		const { doc = "", name: member = "" } = groups ?? {};
		if (only !== undefined && !only.has(member)) return [];
		const [says = "", otherwise = ""] = doc
			.replaceAll(/\s*\n\s*\*?\s*/g, " ")
			.replaceAll(/\{@link (\w+)\}/g, "$1")
			.split("@default");
		return [[member, { says: says.trim(), otherwise: otherwise.trim() }]];
	});
}
