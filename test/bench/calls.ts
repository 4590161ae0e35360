import type { Equipment } from "./equipment.ts";
import { heading, report } from "./report.ts";
import { measurePath } from "./measure-path.ts";
import { cpuPerItem, itemsPerSecond, paired, warmUpFor, type Measured } from "./rounds.ts";

const EQUIPMENT: readonly Equipment[] = ["bare", "audit", "spans", "both"];

/** Prints the cost of a tools/call, bare against instrumented, on every call path. */
export async function benchCalls(options: {
	readonly rounds: number;
	readonly scale: number;
	readonly only?: string;
}): Promise<void> {
	const paths = [
		{ sdk: "v1", transport: "in-memory", concurrency: 1, items: 4000 },
		{ sdk: "v2", transport: "in-memory", concurrency: 1, items: 3000 },
		{ sdk: "v1", transport: "stdio", concurrency: 1, items: 1500 },
		{ sdk: "v2", transport: "stdio", concurrency: 1, items: 1000 },
		{ sdk: "v1", transport: "http", concurrency: 1, items: 800 },
		{ sdk: "v2", transport: "http", concurrency: 1, items: 800 },
		// One signal of a client's transport gathers a listener of every fetch until the next full collection, after some
		// 3,500 calls: a shorter round measures where it stands between two of them.
		{ sdk: "v1", transport: "http", concurrency: 64, items: 4000 },
		{ sdk: "v2", transport: "http", concurrency: 64, items: 4000 },
	] as const;
	let bareV1: readonly Measured[] = [];
	for (const { items, ...variant } of paths) {
		const name = `${variant.sdk} ${variant.transport}, ${variant.concurrency} at once`;
		if (options.only && !name.includes(options.only) && name !== "v1 in-memory, 1 at once")
			continue;
		const block = Math.max(50, Math.round(items * options.scale));
		const measured = await measurePath(variant, EQUIPMENT, {
			rounds: options.rounds,
			items: block,
			warmUpItems: warmUpFor(block, options.scale),
		});
		const of = (equipment: Equipment): readonly Measured[] => measured.get(equipment) ?? [];
		const bare = of("bare");
		if (bareV1.length === 0) bareV1 = bare;
		heading(`tools/call, ${name} (CPU of both sides, ${options.rounds} interleaved rounds)`);
		report(
			"bare",
			paired(bare, bare, (_, b) => cpuPerItem(b)),
			"µs",
		);
		const inMemory = variant.transport === "in-memory";
		for (const equipment of EQUIPMENT.slice(1)) {
			const values = of(equipment);
			report(
				`${equipment}: CPU ÷ bare`,
				paired(bare, values, (a, b) => cpuPerItem(b) / cpuPerItem(a)),
				"×",
			);
			if (inMemory) {
				const added = bare.map((one, round) => ({
					...one,
					cpuUs:
						((values[round]?.cpuUs ?? 0) / (values[round]?.items ?? 1) - cpuPerItem(one)) *
						one.items,
				}));
				const target = equipment === "audit" ? 2 : equipment === "both" ? 4 : undefined;
				report(
					`${equipment}: added CPU ÷ one bare v1 in-memory call`,
					paired(bareV1, added, (a, b) => cpuPerItem(b) / cpuPerItem(a)),
					"×",
					target === undefined ? undefined : { kind: "at_most", value: target },
				);
			}
			if (variant.concurrency > 1) {
				report(
					`${equipment}: calls/s ÷ bare`,
					paired(bare, values, (a, b) => itemsPerSecond(b) / itemsPerSecond(a)),
					"×",
					{ kind: "at_least", value: 0.95 },
				);
			}
		}
	}
}
