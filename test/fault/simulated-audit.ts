import {
	fileTrail,
	openAudit,
	type Audit,
	type CodedError,
	type Position,
	type Sink,
} from "@mcp-trail/audit";
import {
	seededRandom,
	simulatedWorld,
	type SeededRandom,
	type SimulatedProcess,
} from "@mcp-trail/audit/testing";
import type { NewEvent } from "@mcp-trail/event";
import { expect } from "vitest";

const LIMITS = { events: 20, bytes: 20_000, lingerMs: 50 } as const;

const paid = (n: number): NewEvent => ({
	type: "ext.com.example.paid",
	severity: "informational",
	labels: { n: String(n) },
});

const keyOf = ({ stream, sequence }: { stream: string; sequence: number }): string =>
	`${stream}/${sequence}`;

/** A destination that outlives the processes that write to it. */
interface Destination {
	readonly stored: { readonly stream: string; readonly sequence: number }[];
	readonly poison: Set<string>;
	mostEvents: number;
	mostBytes: number;
	/** Writes that have neither settled nor been aborted: a lane has one at a time. */
	mostAtOnce: number;
}

const destination = (): Destination => ({
	stored: [],
	poison: new Set(),
	mostEvents: 0,
	mostBytes: 0,
	mostAtOnce: 0,
});

interface Moods {
	readonly trouble: number;
	readonly poison: number;
}

/** A sink that is slow, hangs, throws, lies about what it stored, and refuses some events for good. */
function moodySink(
	name: string,
	to: Destination,
	random: SeededRandom,
	process: SimulatedProcess,
	moods: Moods,
): Sink {
	let atOnce = 0;
	const wait = (ms: number): Promise<void> =>
		new Promise((resolve) => void process.timers.after(ms, resolve, { ref: true }));
	return {
		name,
		delivery: "at_least_once",
		ordered: true,
		limits: LIMITS,
		async write(batch, signal) {
			let open = true;
			const leave = (): void => {
				if (open) atOnce -= 1;
				open = false;
			};
			atOnce += 1;
			signal.addEventListener("abort", leave, { once: true });
			to.mostAtOnce = Math.max(to.mostAtOnce, atOnce);
			to.mostEvents = Math.max(to.mostEvents, batch.length);
			to.mostBytes = Math.max(
				to.mostBytes,
				batch.reduce((sum, { bytes }) => sum + bytes.length, 0),
			);
			for (const one of batch) {
				if (random.chance(moods.poison) && !to.stored.some((was) => keyOf(was) === keyOf(one))) {
					to.poison.add(keyOf(one));
				}
			}
			try {
				const trouble = random.chance(moods.trouble) ? random.below(7) : -1;
				if (trouble === 0) throw new TypeError("a bug in the sink");
				if (trouble === 1) await new Promise(() => {});
				if (trouble === 2) await wait(random.below(60_000));
				if (trouble === 3) throw fault("retry", { retryAfterMs: random.below(5000) });
				if (trouble === 4) throw fault("hold");
				await wait(random.below(20));
				const from = trouble === 5 ? random.below(batch.length) : batch.length;
				const items = batch.flatMap((one, index) => {
					if (index >= from) return [{ index, verdict: "retry", code: "later" }];
					return to.poison.has(keyOf(one)) ? [{ index, verdict: "reject", code: "bad" }] : [];
				});
				const listed = new Set(items.map(({ index }) => index));
				to.stored.push(...batch.filter((_, index) => !listed.has(index)));
				if (trouble === 6) throw fault("retry");
				if (items.length > 0) throw fault("reject", { items });
			} finally {
				leave();
			}
		},
	};
}

const fault = (verdict: string, more: object = {}): Error =>
	Object.assign(new Error("the destination said no"), { code: "no", verdict, ...more });

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

/** Runs a scenario in the worlds of seeds 1 to `seeds`; the error names the seed with which it comes back. */
export async function forSeeds(
	seeds: number,
	scenario: (seed: number) => Promise<void>,
): Promise<void> {
	for (let seed = 1; seed <= seeds; seed += 1) {
		try {
			await scenario(seed);
		} catch (error) {
			throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
		}
	}
}

/** Each event once, where it first arrived. */
const firsts = ({ stored }: Destination): readonly string[] => [...new Set(stored.map(keyOf))];

/** The same events, those of one stream in the order of their sequence. */
function inOrder(keys: readonly string[]): readonly string[] {
	const streams = [...new Set(keys.map((key) => key.split("/")[0]))];
	const place = (key: string): number =>
		streams.indexOf(key.split("/")[0]) * 1e9 + Number(key.split("/")[1]);
	return keys.toSorted((a, b) => place(a) - place(b));
}

async function textOf(process: SimulatedProcess, path: string): Promise<string> {
	const status = await process.files.status(path);
	if (status === undefined) return "";
	const handle = await process.files.open(path, "read");
	const bytes = await handle.read(status.size, 0);
	await handle.close();
	return Buffer.from(bytes).toString("utf8");
}

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

async function lettersOf(process: SimulatedProcess, path: string): Promise<readonly string[]> {
	return linesOf(await textOf(process, path)).map((line) => {
		const stream = /"stream_id":"([^"]+)"/.exec(line)?.[1] ?? "";
		return `${stream}/${/"sequence":(\d+)/.exec(line)?.[1]}`;
	});
}

/** Every line of the trail's folder. */
async function linesIn(process: SimulatedProcess): Promise<readonly string[]> {
	const lines: string[] = [];
	for (const stream of await process.files.list("/trail")) {
		for (const name of await process.files.list(`/trail/${stream}`)) {
			if (!name.endsWith(".ndjson")) continue;
			lines.push(...linesOf(await textOf(process, `/trail/${stream}/${name}`)));
		}
	}
	return lines;
}

/** The place of each of them. */
const storedIn = async (process: SimulatedProcess): Promise<readonly string[]> =>
	(await linesIn(process)).map((line) => {
		const found = /"integrity":\{"stream_id":"([^"]+)","sequence":(\d+)/.exec(line);
		return `${found?.[1]}/${found?.[2]}`;
	});
