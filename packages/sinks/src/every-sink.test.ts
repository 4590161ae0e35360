import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openSinks, parseSinksConfig } from "./config.ts";
import { kinds } from "./config/kinds.ts";

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

it("[sinks.delivery] docs/guarantees.md says of every sink what it declares", async () => {
	const types: Readonly<Record<string, string>> = {
		"Elasticsearch, OpenSearch": "elasticsearch",
		"S3 and stores that speak it": "s3",
		"AWS Security Lake": "security-lake",
		"Microsoft Sentinel": "sentinel",
		"Google SecOps": "secops",
		"Sumo Logic": "sumo",
	};
	const words = {
		deduplicated: "deduplicated",
		at_least_once: "at least once",
		best_effort: "best effort",
	};
	const table =
		read("../../../docs/guarantees.md").split("| sink | delivery |")[1]?.split("\n\n")[0] ?? "";
	const rows = table
		.split("\n")
		.slice(2)
		.map((row) => row.split("|").map((cell) => cell.trim()));
	const said = new Map(
		rows.map(([, label = "", delivery = ""]) => [
			types[label] ?? label.toLowerCase().replaceAll(" ", "-"),
			delivery,
		]),
	);
	expect([...said.keys()].toSorted()).toEqual(kinds.map(({ type }) => type));
	const config = parseSinksConfig({
		sinks: kinds.map(({ type, example }) => ({ type, ...example })),
	});
	for (const sink of await openSinks(config)) {
		const row = said.get(sink.name) ?? "";
		expect([sink.name, row]).toEqual([
			sink.name,
			expect.stringMatching(`^${words[sink.delivery]}`),
		]);
		const asSaid = sink.ordered || !row.includes("in order");
		expect([sink.name, asSaid]).toEqual([sink.name, true]);
		await sink.close?.(AbortSignal.timeout(1_000));
	}
});
