import { readFileSync, writeFileSync } from "node:fs";
import { drill, type DrillResult, FULL, type MakeSubject } from "./drill.ts";
import type { DrillTarget } from "./drill-target.ts";
import { broken } from "./expected.ts";
import { faults } from "./faults.ts";
import { stockSubject } from "./stock-subject.ts";
import { drillTable } from "./table.ts";
import { target as otlpLogs } from "./targets/otlp-logs.ts";
import { drillTargets } from "./targets.ts";

/** The drill at full length, beside OpenTelemetry's own pipeline; `--write` puts its table into docs/outages.md. */
const page = new URL("../../docs/outages.md", import.meta.url);
const TABLE = /(?<=<!-- figures of `npm run drill` -->\n)[^]*(?=\n<!-- end of figures -->)/u;

interface Entry {
	readonly target: DrillTarget;
	readonly make?: MakeSubject;
}

const entries: readonly Entry[] = [
	...(await drillTargets()).map((target) => ({ target })),
	{ target: { ...otlpLogs, name: "OpenTelemetry's own" }, make: stockSubject },
];
const results: DrillResult[] = [];
for (const fault of faults) {
	const startedAt = performance.now();
	results.push(
		...(await Promise.all(
			entries.map(async ({ target, make }) => drill(target, fault, FULL, make)),
		)),
	);
	const seconds = Math.round((performance.now() - startedAt) / 1000);
	console.error(`${fault.name}: ${fault.says}; ${seconds} s`);
}

const table = drillTable(results);
console.log(`\n${table}\n\nLost; in brackets what came again with the same id.`);
if (process.argv.includes("--write")) {
	writeFileSync(page, readFileSync(page, "utf8").replace(TABLE, table));
}
for (const result of results.filter(({ delivery }) => delivery !== undefined)) {
	for (const what of broken(result)) {
		console.error(`BROKEN: ${result.target}, ${result.fault.name}: ${what}`);
		process.exitCode = 1;
	}
}
