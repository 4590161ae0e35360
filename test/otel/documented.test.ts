import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
	TRAIL_INSTRUMENTS,
	type TrailInstrument,
} from "../../packages/mcp/src/otel/trail-instruments.ts";
import { metricNames } from "./conventions.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/opentelemetry.md"), "utf8");

const code = (names: readonly string[]): string =>
	names.length === 0 ? "–" : names.map((name) => `\`${name}\``).join(", ");

describe("docs/opentelemetry.md", () => {
	it("[otel.trail_metrics] has the table of the trail's own metrics, as the code makes them", () => {
		const table: readonly TrailInstrument[] = Object.values(TRAIL_INSTRUMENTS);
		const rows = table.map(
			({ name, kind, unit, description, attributes }) =>
				`| \`${name}\` | ${kind} | \`${unit}\` | ${description} | ${code(attributes)} |`,
		);
		const [, written = ""] = page.split("| instrument | kind | unit | says | attributes |\n");
		const [, ...lines] = written.split("\n\n", 1)[0]?.split("\n") ?? [];
		expect(lines).toEqual(rows);
	});

	it("[otel.metrics] names every duration of the conventions", () => {
		for (const name of metricNames) expect(page).toContain(`\`${name}\``);
	});
});
