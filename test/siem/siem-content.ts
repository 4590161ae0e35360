import { readdirSync, readFileSync } from "node:fs";

const siem = new URL("../../schemas/siem/", import.meta.url);

/** A file under schemas/siem/. */
export const content = (path: string): string => readFileSync(new URL(path, siem), "utf8");

/** The files of a folder under schemas/siem/, by name. */
export const contents = (folder: string): readonly (readonly [string, string])[] =>
	readdirSync(new URL(`${folder}/`, siem)).map((name) => [name, content(`${folder}/${name}`)]);

/** What a format makes of every type of event. */
export const golden = (format: string): readonly Readonly<Record<string, unknown>>[] =>
	contents(`golden/${format}`).map(([, text]) => JSON.parse(text));

/** Every dotted path in some records, blocks included; an array's are its members'. */
export function pathsOf(records: readonly unknown[]): ReadonlySet<string> {
	const found = new Set<string>();
	function walk(node: unknown, path: string): void {
		if (path !== "") found.add(path);
		if (Array.isArray(node)) for (const one of node) walk(one, path);
		else if (typeof node === "object" && node !== null)
			for (const [name, below] of Object.entries(node))
				walk(below, path === "" ? name : `${path}.${name}`);
	}
	for (const record of records) walk(record, "");
	return found;
}

/** The stanzas of a Splunk `.conf` file: name, then settings; a line that ends in `\` goes on. */
export function stanzas(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
	const found = new Map<string, Map<string, string>>();
	let stanza: Map<string, string> | undefined;
	for (const line of text.replaceAll("\\\n", " ").split("\n")) {
		if (line.trim() === "" || line.startsWith("#")) continue;
		const [, name] = /^\[(.*)\]$/u.exec(line) ?? [];
		const [, key, value] = /^([\w.-]+) = (.*)$/u.exec(line) ?? [];
		if (name !== undefined) found.set(name, (stanza = new Map<string, string>()));
		else if (key !== undefined && stanza !== undefined) stanza.set(key, value ?? "");
		else throw new Error(`no setting: ${line}`);
	}
	return found;
}

/** What a query names: words outside quotes and comments, functions left out. */
export function namesIn(query: string): readonly string[] {
	const bare = query
		.replaceAll(/^\s*\/\/.*$/gmu, "")
		.replaceAll(/"(?:[^"\\]|\\.)*"/gu, '""')
		.replaceAll(/\/\^.*?\$\//gu, "");
	return [...bare.matchAll(/(?<![\w.@])[A-Za-z_]\w*(?:\.\w+)*(?!\s*\(|[\w.])/gu)].map(
		([name]) => name,
	);
}
