import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const entries: Record<string, { readonly "@mcp-trail/source": string } | string> = JSON.parse(
	readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).exports;
const subpaths = Object.entries(entries).flatMap(([name, entry]) =>
	typeof entry === "string"
		? []
		: [[name, entry["@mcp-trail/source"].replace("./src/", "")] as const],
);
/** Subpaths that are no sink. */
const NOT_SINKS = new Set(["./config"]);
const read = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

it.each(subpaths.filter(([name]) => !NOT_SINKS.has(name)))(
	"[sinks.checked] %s makes a sink that its test gives to checkSink",
	(_, file) => {
		const [factory] = read(file).match(/(?<=export function )\w+Sink(?=\()/u) ?? [];
		expect(factory).toBeDefined();
		const test = read(file.replace(/\.ts$/u, ".test.ts"));
		expect(test).toMatch(new RegExp(`checkSink\\(\\{[^]*\\b${factory}\\(`, "u"));
	},
);

it("[sinks.checked] every file of the folder that exports a sink is a subpath", () => {
	const files = readdirSync(new URL(".", import.meta.url)).filter(
		(name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
	);
	const sinks = files.filter((file) => /export function \w+Sink\(/u.test(read(file)));
	expect(sinks.toSorted()).toEqual(
		subpaths
			.filter(([name]) => !NOT_SINKS.has(name))
			.map(([, file]) => file)
			.toSorted(),
	);
});
