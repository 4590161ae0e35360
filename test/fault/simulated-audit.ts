import { fileTrail, openAudit, type Audit, type CodedError, type Position } from "@mcp-trail/audit";
import { seededRandom, simulatedWorld, type SimulatedProcess } from "@mcp-trail/audit/testing";
import type { NewEvent } from "@mcp-trail/event";
import { expect } from "vitest";
import { destination, firsts, inOrder, keyOf, LIMITS, moodySink } from "./moody-sink.ts";
import { lettersOf, linesIn, storedIn } from "./simulated-folder.ts";

const paid = (n: number): NewEvent => ({
	type: "ext.com.example.paid",
	severity: "informational",
	labels: { n: String(n) },
});

interface Life {
	readonly audit: Audit;
	readonly errors: CodedError[];
	/** Events whose recording was acknowledged. */
	readonly acknowledged: Position[];
	readonly process: SimulatedProcess;
}

/** Records over kills into sinks that are slow and lie; expects all delivered, in order, within the lanes' bounds. */
export async function deliversOverKills(seed: number): Promise<void> {
	const random = seededRandom(seed);
	const world = simulatedWorld(seed);
	const [moody, strange] = [destination(), destination()];
	const [moods, strangeness] = [
		{ trouble: 0.3, poison: 0 },
		{ trouble: 0.1, poison: 0.02 },
	];
	const lives: Life[] = [];
	world.faults.slow = 0.02;

	const live = (): Life => {
		const process = world.start();
		const errors: CodedError[] = [];
		const audit = openAudit({
			service: "simulated",
			system: process,
			trail: fileTrail({ dir: "/trail", segmentBytes: 20_000 }),
			sinks: [
				moodySink("moody", moody, random, process, moods),
				moodySink("strange", strange, random, process, strangeness),
			],
			deadLetters: { dir: "/dead" },
			maxQueueEvents: 200,
			checkpointEveryMs: 10_000,
			closeTimeoutMs: 3_600_000,
			onError: (error) => void errors.push(error),
		});
		const life = { audit, errors, acknowledged: [], process };
		lives.push(life);
		return life;
	};

	/** Records in bursts over some seconds. */
	const work = async ({ audit, acknowledged }: Life): Promise<void> => {
		for (let burst = 0; burst < 12; burst += 1) {
			for (let n = random.below(12); n > 0; n -= 1) audit.record(paid(n));
			const need = { sinks: 0, withinMs: 60_000 };
			const secured = audit.secure(paid(burst), need, new AbortController().signal);
			secured.then(
				(position) => acknowledged.push(position),
				() => undefined,
			);
			await world.pass(random.below(1500));
		}
	};

	for (let kills = 1 + random.below(2); kills > 0; kills -= 1) {
		const life = live();
		await work(life);
		life.process.kill();
		await world.pass(random.below(100_000));
	}
	const last = live();
	await work(last);
	const never = new AbortController().signal;
	await world.run(() => last.audit.flush(never));
	// What was refused is recorded, and that record is delivered, too.
	await world.run(() => last.audit.flush(never));
	moods.trouble = 0;
	strangeness.trouble = 0;
	strangeness.poison = 0;
	const report = await world.run(() => last.audit.close());

	expect(report).toMatchObject({
		clean: true,
		lost: 0,
		undelivered: { moody: 0, strange: 0 },
	});
	const letters = await world.run(() =>
		lettersOf(world.start(), "/dead/strange.dead-letters.ndjson"),
	);
	const all = await world.run(() => storedIn(world.start()));
	for (const { acknowledged } of lives) {
		for (const { streamId, sequence } of acknowledged)
			expect(all).toContain(`${streamId}/${sequence}`);
	}
	expect(new Set(moody.stored.map(keyOf))).toEqual(new Set(all));
	expect(new Set([...strange.stored.map(keyOf), ...letters])).toEqual(new Set(all));
	expect(new Set(letters)).toEqual(strange.poison);
	for (const to of [moody, strange]) {
		expect(firsts(to)).toEqual(inOrder(firsts(to)));
		expect(to.mostEvents).toBeLessThanOrEqual(LIMITS.events);
		expect(to.mostBytes).toBeLessThanOrEqual(LIMITS.bytes);
		expect(to.mostAtOnce).toBe(1);
	}
}

/** Records on a failing disk; expects that the trail itself tells what was lost. */
export async function countsWhatADiskCost(seed: number): Promise<void> {
	const random = seededRandom(seed);
	const world = simulatedWorld(seed);
	const to = destination();
	const system = world.start();
	const audit = openAudit({
		service: "simulated",
		system,
		trail: fileTrail({ dir: "/trail", segmentBytes: 20_000 }),
		sinks: [moodySink("moody", to, random, system, { trouble: 0, poison: 0 })],
		// No record of the recorder's own is lost among those counted below.
		checkpointEveryMs: 86_400_000,
		closeTimeoutMs: 3_600_000,
		onError: () => undefined,
	});
	await world.run(() => audit.ready);
	const chance = random.next() * 0.2;
	Object.assign(world.faults, { writeError: chance, syncError: chance, shortWrite: chance });
	let handed = 0;
	for (let burst = 0; burst < 20; burst += 1) {
		for (let n = random.below(20); n > 0; n -= 1) audit.record(paid((handed += 1)));
		await world.pass(random.below(500));
	}
	Object.assign(world.faults, { writeError: 0, syncError: 0, shortWrite: 0 });
	await world.pass(60_000);
	await world.run(() => audit.flush(new AbortController().signal));
	const report = await world.run(() => audit.close());

	const lines = await world.run(() => linesIn(world.start()));
	const kept = lines.filter((line) => line.includes('"type":"ext.com.example.paid"')).length;
	const told = lines
		.filter((line) => line.includes('"type":"trail.lost"'))
		.reduce((sum, line) => sum + Number(/"loss":\{"events":(\d+)/.exec(line)?.[1]), 0);
	expect(kept + report.lost).toBe(handed);
	expect(told).toBe(report.lost);
	expect(new Set(to.stored.map(keyOf)).size).toBe(lines.length);
}

/** Runs a scenario in the worlds of seeds 1 to `seeds`, and gives how many held; the error names the seed with which it comes back. */
export async function heldFor(
	seeds: number,
	scenario: (seed: number) => Promise<void>,
): Promise<number> {
	let held = 0;
	for (let seed = 1; seed <= seeds; seed += 1) {
		try {
			await scenario(seed);
			held += 1;
		} catch (error) {
			throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
		}
	}
	return held;
}
