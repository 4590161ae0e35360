import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { arrivals } from "./arrivals.ts";
import { drill, type DrillResult, SHORT } from "./drill.ts";
import { broken } from "./expected.ts";
import { faults } from "./faults.ts";
import { httpSinks } from "./http-sinks.ts";
import { drillTargets } from "./targets.ts";

const targets = await drillTargets();
/** Most of a drill is waiting. */
vi.setConfig({ maxConcurrency: 16, testTimeout: 180_000 });

it("[sinks.drilled] every sink over HTTP is in the outage drill", () => {
	expect(targets.map(({ name }) => name)).toEqual(httpSinks().toSorted());
});

it("[docs.outages] the page has figures of every sink in every fault, and says each fault", () => {
	const page = readFileSync(new URL("../../docs/outages.md", import.meta.url), "utf8");
	const rows = page.split("\n").map((line) => line.slice(2, -2).split(" | "));
	const words = faults.map(({ name }) => name.replaceAll("_", " "));
	expect(rows).toContainEqual(["", "promises", ...words]);
	for (const { name } of targets) {
		const [, , ...cells] = rows.find(([first]) => first === name) ?? [];
		expect([name, cells.length]).toEqual([name, faults.length]);
		const lossless = cells.filter((cell) => /^0(?: \(\+[\d,]+\))?$/u.test(cell));
		expect([name, lossless]).toEqual([name, cells]);
	}
	expect(rows.filter((row) => row.length === 2).map(([name]) => name)).toEqual(
		expect.arrayContaining(words),
	);
});

describe("in the short drill", () => {
	const drills = targets.flatMap((target) =>
		faults.map((fault) => ({ name: target.name, says: fault.says, target, fault })),
	);
	it.concurrent.each(drills)(
		"[sinks.drilled] $name keeps its promises while $says",
		async ({ target, fault }) => {
			const result = await drill(target, fault, SHORT);
			expect({ ...result, broken: broken(result) }).toMatchObject({ broken: [] });
		},
	);
});

describe("the judgement", () => {
	const [fault] = faults.filter(({ mayRepeat }) => !mayRepeat);
	if (fault === undefined) throw new Error("no fault");
	const kept: DrillResult = {
		target: "any",
		fault,
		delivery: "at_least_once",
		ordered: true,
		confirmsLater: false,
		recorded: 60,
		lost: 0,
		repeated: 0,
		foreign: 0,
		outOfOrder: 0,
		poison: 0,
		misjudged: 0,
		failures: 2,
	};

	it("[sinks.drilled] counts what is lost, repeated, foreign, out of order and misjudged", () => {
		const recorded = ["a", "b", "c", "d", "e", "f"];
		const last = new Set(["f"]);
		const arrived = ["a", "c", "b", "c", "x"];
		expect(
			arrivals({ recorded, last, arrived, deadLetters: ["d"], poison: new Set(["e"]) }),
		).toEqual({
			recorded: 6,
			lost: 1,
			repeated: 1,
			foreign: 1,
			outOfOrder: 1,
			poison: 1,
			misjudged: 2,
		});
	});

	it("finds nothing wrong where all is kept", () => {
		expect(broken(kept)).toEqual([]);
	});

	it.each([
		{ lost: 1 },
		{ repeated: 1 },
		{ foreign: 1 },
		{ outOfOrder: 1 },
		{ misjudged: 1 },
		{ failures: 0 },
	])("[sinks.drilled] is red with %o", (wrong) => {
		expect(broken({ ...kept, ...wrong })).toHaveLength(1);
	});
});
