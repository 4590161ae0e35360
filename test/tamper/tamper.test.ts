import type { Fault, VerifyReport } from "@mcp-trail/integrity";
import { describe, expect, it } from "vitest";
import { type ExpectedFault, faultTable, type Row, type Situation } from "./fault-table.ts";
import { manipulations } from "./manipulate.ts";
import { random, type Random } from "./random.ts";
import { makeWorld, verifyWorld } from "./trails.ts";

const MANIPULATIONS = Number(process.env["TAMPER_MANIPULATIONS"] ?? 500);
const seed = Number(process.env["TAMPER_SEED"] ?? Date.now() % 2 ** 31);
const contexts = ["folder", "copy"] as const;
const ends = ["unknown", "head", "recovered"] as const;

/** Faults in one order and in the table's words, so that two lists can be compared. */
const inOrder = (faults: readonly ExpectedFault[]): readonly string[] =>
	faults
		.map(({ class: of, stream = "-", sequence = "-", lastSequence }) =>
			[of, stream, sequence, ...(lastSequence === undefined ? [] : [lastSequence])].join(" "),
		)
		.toSorted();

const asExpected = (fault: Fault, target: string): ExpectedFault => ({
	class: fault.class,
	...(fault.streamId !== undefined && { stream: fault.streamId === target ? "own" : "other" }),
	...(fault.sequence !== undefined && { sequence: fault.sequence }),
	...(fault.lastSequence !== undefined && { lastSequence: fault.lastSequence }),
});

/** A place where this row applies. */
function situationFor(row: Row, rng: Random): Situation {
	for (;;) {
		const last = rng.integer(3, 40);
		// Ends and neighbours are where mistakes live.
		const k = rng.pick([1, 2, last - 1, last, rng.integer(1, last)]);
		const isInsertion = row.kind.startsWith("insert") && row.kind !== "insert_branch";
		const situation = {
			context: rng.pick(contexts),
			end: rng.pick(ends),
			last,
			k: isInsertion && rng.integer(0, 3) === 0 ? last + 1 : k,
			to: rng.pick([k, k + 1, k + 2, last, rng.integer(1, 2 * last)]),
		};
		const { to } = situation;
		if (row.kind === "insert_copy" || row.kind === "insert_foreign" || to >= k)
			if (row.at?.(situation) ?? true) return situation;
	}
}

function manipulate(row: Row, situation: Situation, rng: Random): [VerifyReport, string] {
	const world = makeWorld(rng, situation.last, situation.end);
	const manipulation = manipulations[row.kind];
	if (manipulation === undefined) throw new Error(`no manipulation is called ${row.kind}`);
	manipulation(world.target, situation, rng);
	const segments = row.kind === "join_lines" ? 1 : undefined;
	return [verifyWorld(world, situation.context, rng, segments), world.target.streamId];
}

describe(`manipulated trails (seed ${seed})`, () => {
	it("does every kind of the table, and no other", () => {
		expect(Object.keys(manipulations)).toEqual(faultTable.map(({ kind }) => kind));
	});

	it.each(faultTable)(
		"[tamper.table] [wire.field_truncation] $kind: reports exactly what the table says",
		(row) => {
			const share = Math.ceil(MANIPULATIONS / faultTable.length);
			for (let run = 0; run < share; run++) {
				const runSeed = seed + 7919 * run;
				const rng = random(runSeed);
				const situation = situationFor(row, rng);
				const [report, target] = manipulate(row, situation, rng);
				const duplicates = report.notes.filter(({ kind }) => kind === "duplicate");
				expect({
					...situation,
					seed: runSeed,
					count: report.faultCount,
					faults: inOrder(report.faults.map((fault) => asExpected(fault, target))),
					duplicates: duplicates.map(({ sequence }) => sequence),
				}).toEqual({
					...situation,
					seed: runSeed,
					count: row.faults(situation).length,
					faults: inOrder(row.faults(situation)),
					duplicates: row.notes?.(situation) ?? [],
				});
			}
		},
	);

	it(
		"[tamper.any] finds something wrong with any mixture of manipulations",
		() => {
			// A line feed missing at the end of a file takes nothing away.
			const kinds = faultTable.filter(
				({ kind }) => !["cut_line_feed", "join_lines"].includes(kind),
			);
			for (let run = 0; run < MANIPULATIONS; run++) {
				const rng = random(seed + 31 * run);
				const world = makeWorld(rng, rng.integer(4, 40), "recovered");
				const before = world.target.lines.join("");
				const done: string[] = [];
				for (let steps = rng.integer(2, 6); steps > 0; steps--) {
					const { kind, at } = rng.pick(kinds);
					const last = world.target.lines.length;
					const k = rng.integer(1, Math.max(1, last));
					const situation = {
						context: "folder" as const,
						end: "recovered" as const,
						last,
						k,
						to: rng.integer(k, last),
					};
					if (last < 3 || at?.(situation) === false) continue;
					try {
						manipulations[kind]?.(world.target, situation, rng);
						done.push(`${kind} ${k} ${situation.to}`);
					} catch {
						// What is no record any more cannot be sealed again.
					}
				}
				if (world.target.lines.join("") === before) continue;
				const { faultCount } = verifyWorld(world, "folder", rng);
				expect({ seed: seed + 31 * run, done, found: faultCount > 0 }).toEqual({
					seed: seed + 31 * run,
					done,
					found: true,
				});
			}
		},
		60_000 + 40 * MANIPULATIONS,
	);

	it("[tamper.untouched] finds nothing wrong with untouched trails", () => {
		for (let run = 0; run < 25; run++) {
			const rng = random(seed + run);
			for (const context of contexts)
				for (const end of ends) {
					const world = makeWorld(rng, rng.integer(1, 60), end);
					const { faults, anchored, notes } = verifyWorld(world, context, rng);
					expect({
						seed: seed + run,
						faults,
						anchored,
						notes: notes.map(({ kind }) => kind),
					}).toEqual({
						seed: seed + run,
						faults: [],
						anchored: end === "head",
						notes: end === "recovered" ? ["recovered", "pruned"] : ["pruned"],
					});
				}
		}
	});
});
