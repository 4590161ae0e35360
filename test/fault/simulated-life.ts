import {
	fileTrail,
	inspectTrail,
	readSegments,
	type FileTrailOptions,
	type Trail,
	type TrailReader,
} from "@mcp-trail/audit";
import {
	seededRandom,
	simulatedWorld,
	type SeededRandom,
	type SimulatedProcess,
	type SimulatedWorld,
} from "@mcp-trail/audit/testing";
import type { AuditEvent } from "@mcp-trail/event";
import { hashOf, readLine } from "@mcp-trail/integrity";
import { auditEvent } from "./support.ts";

const DIR = "/var/trail";
/** What happened, as an honest observer outside the world knows it. */
interface Ledger {
	/** By stream and sequence, the id of the event that append said is there. */
	readonly acknowledged: Map<string, string>;
	/** By stream and sequence, the hash that the reader saw. */
	readonly delivered: Map<string, string>;
	readonly events: Map<string, AuditEvent>;
	readonly streams: Set<string>;
	readonly errors: Error[];
	appended: number;
	refused: number;
}

interface Running {
	readonly process: SimulatedProcess;
	readonly trail: Trail;
}

function complete(random: SeededRandom, nowMs: () => number) {
	return (event: object): AuditEvent =>
		Object.assign({}, auditEvent(0, ""), event, {
			id: `own-${Buffer.from(random.bytes(8)).toString("hex")}`,
			time: new Date(nowMs()).toISOString(),
		});
}

async function open(
	world: SimulatedWorld,
	random: SeededRandom,
	ledger: Ledger,
	options: Omit<FileTrailOptions, "dir">,
): Promise<Running> {
	for (;;) {
		const system = world.start();
		try {
			const trail = await world.run(() =>
				fileTrail({ dir: DIR, ...options })({
					system,
					readers: ["sink"],
					complete: complete(random, () => world.nowMs()),
					onError: (error) => ledger.errors.push(error),
				}),
			);
			ledger.streams.add(trail.health().streamId);
			return { process: system, trail };
		} catch (error) {
			// A fault met while opening: the process ends and another starts, as an operator's would.
			ledger.errors.push(toError(error));
			system.kill();
		}
	}
}

function appendOne({ trail }: Running, random: SeededRandom, ledger: Ledger): void {
	const id = `event-${ledger.appended++}`;
	const event = {
		...auditEvent(ledger.appended, id),
		labels: { pad: "x".repeat(random.below(random.chance(0.1) ? 3000 : 300)) },
	};
	trail.append(event, { acting: random.chance(0.3), reserve: random.chance(0.1) }).then(
		({ streamId, sequence }) => ledger.acknowledged.set(`${streamId}/${sequence}`, id),
		() => ledger.refused++,
	);
}

/** As a lane does, tries again until there is a cursor. */
async function openReader(trail: Trail, ledger: Ledger): Promise<TrailReader> {
	for (;;) {
		try {
			return await trail.reader("sink");
		} catch (error) {
			ledger.errors.push(toError(error));
		}
	}
}

/** A lane: reads, delivers, commits; a fault in the commit is tried again with the next batch. */
async function deliver(trail: Trail, random: SeededRandom, ledger: Ledger): Promise<void> {
	const reader = await openReader(trail, ledger);
	const last = new Map<string, number>();
	const never = new AbortController().signal;
	for (;;) {
		const limit = { events: 1 + random.below(40), bytes: 20_000, lingerMs: random.below(30) };
		let batch;
		try {
			batch = await reader.read(limit, never);
		} catch (error) {
			ledger.errors.push(toError(error));
			continue;
		}
		if (batch === undefined) return;
		for (const { stream, sequence, hash, bytes, event } of batch.events) {
			const place = `${stream}/${sequence}`;
			must(hashOf(bytes) === hash, `hash of ${place}`);
			must((ledger.delivered.get(place) ?? hash) === hash, `fork at ${place}`);
			must(sequence > (last.get(stream) ?? 0), `order at ${place}`);
			last.set(stream, sequence);
			ledger.delivered.set(place, hash);
			ledger.events.set(place, event);
		}
		await reader.commit(batch.end).catch((error: unknown) => ledger.errors.push(toError(error)));
	}
}

/** Each stream's lines: consecutive and linked, but for what was never acknowledged. */
async function checkFolder(world: SimulatedWorld, ledger: Ledger): Promise<void> {
	const system = world.start();
	const { streams, foreign } = await inspectTrail(DIR, system);
	must(foreign.length === 0, `foreign entries ${foreign.join(", ")}`);
	for (const { streamId, segments } of streams) {
		const chunks: Uint8Array[] = [];
		for await (const chunk of readSegments(segments, system)) chunks.push(chunk);
		const text = Buffer.concat(chunks).toString("latin1");
		must(text === "" || text.endsWith("\n"), `a partial last line in ${streamId}`);
		let previous: { sequence: number; hash: string } | undefined;
		let broken = false;
		for (const raw of text.split("\n").slice(0, -1)) {
			const bytes = Buffer.from(raw, "latin1");
			const line = readLine(bytes);
			const good = line !== undefined && line.stream === streamId && hashOf(bytes) === line.hash;
			const linked =
				good &&
				(previous === undefined ||
					(line.sequence === previous.sequence + 1 &&
						line.event.integrity.previous_hash === previous.hash));
			if (!linked) broken = true;
			if (broken) {
				const place = `${streamId}/${line?.sequence}`;
				must(!good || !ledger.acknowledged.has(place), `acknowledged after a break: ${place}`);
				continue;
			}
			if (previous === undefined && good && line.sequence > 1) {
				const pruned = [...ledger.events.values()].filter(
					({ prune }) => prune?.stream_id === streamId && prune.last_sequence === line.sequence - 1,
				);
				must(pruned.length > 0, `no trail.pruned of ${streamId} up to ${line.sequence - 1}`);
				const hash = line.event.integrity.previous_hash;
				must(pruned[0]?.prune?.last_hash === hash, `hash in trail.pruned of ${streamId}`);
			}
			if (good) previous = line;
		}
	}
}

/**
 * A seeded life of one folder: processes come, write, deliver, die or close, lose power, meet failing disks and full
 * ones, share the folder. Resolves with what did not hold of all that was promised, undefined where everything did.
 */
export async function live(seed: number): Promise<string | undefined> {
	try {
		await lifeOf(seed);
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

async function lifeOf(seed: number): Promise<void> {
	const random = seededRandom(seed * 7919);
	const world = simulatedWorld(seed);
	const ledger: Ledger = {
		acknowledged: new Map(),
		delivered: new Map(),
		events: new Map(),
		streams: new Set(),
		errors: [],
		appended: 0,
		refused: 0,
	};
	const small = random.chance(0.4);
	const options: Omit<FileTrailOptions, "dir"> = {
		segmentBytes: 2_000 + random.below(20_000),
		maxBytes: small ? 1 << 17 : 1 << 24,
		maxQueueEvents: 20 + random.below(200),
	};
	const faulty = random.chance(0.7);
	let running: Running[] = [];
	const rounds = 2 + random.below(4);
	for (let round = 0; round < rounds; round++) {
		running.push(await open(world, random, ledger, options));
		if (faulty) {
			world.faults.writeError = random.next() * 0.05;
			world.faults.syncError = random.next() * 0.05;
			world.faults.shortWrite = random.next() * 0.2;
			world.faults.entryError = random.chance(0.3) ? random.next() * 0.03 : 0;
			world.faults.slow = random.next() * 0.02;
		}
		if (random.chance(0.2)) world.disk.capacityBytes = world.disk.usedBytes + random.below(100_000);
		const current = running.at(-1);
		if (current === undefined) return;
		const delivering = deliver(current.trail, random, ledger);
		const failed = delivering.catch((error: unknown) => error);
		const bursts = 1 + random.below(20);
		for (let burst = 0; burst < bursts; burst++) {
			for (let count = random.below(40); count > 0; count--) appendOne(current, random, ledger);
			await world.pass(random.below(random.chance(0.1) ? 20_000 : 20));
			if (random.chance(0.1)) world.disk.capacityBytes = Infinity;
		}
		Object.assign(world.faults, { writeError: 0, syncError: 0, entryError: 0, slow: 0 });
		world.disk.capacityBytes = Infinity;
		const ending = random.below(4);
		if (ending === 0) {
			await world.run(() => current.trail.close());
			await world.run(() => delivering);
			current.process.kill();
			running = running.filter((one) => one !== current);
		} else if (ending === 1) {
			world.losePower();
			running = [];
		} else if (ending === 2) {
			for (const { process: killed } of running) killed.kill();
			running = [];
		}
		// Otherwise it goes on living beside the next one.
		const broken = await Promise.race([failed, world.pass(0)]);
		if (broken !== undefined) throw toError(broken);
	}
	for (const { process: killed } of running) killed.kill();

	const last = await open(world, random, ledger, options);
	const reading = deliver(last.trail, random, ledger);
	await world.pass(20_000);
	await world.run(() => last.trail.close());
	await world.run(() => reading);
	for (const [place, id] of ledger.acknowledged) {
		must(ledger.events.get(place)?.id === id, `acknowledged and not delivered: ${place}`);
	}
	const recoveries = [...ledger.events.values()].flatMap(({ recovery }) => recovery ?? []);
	const withRecords = new Set([...ledger.delivered.keys()].map((place) => place.split("/")[0]));
	for (const streamId of withRecords) {
		if (streamId === last.trail.health().streamId) continue;
		const of = recoveries.filter(({ stream_id }) => stream_id === streamId);
		must(of.length > 0, `no trail.recovered of ${streamId}`);
	}
	await world.run(() => checkFolder(world, ledger));
}

/** As `expect`, for what is asked a million times. */
function must(holds: boolean, what: string): void {
	if (!holds) throw new Error(what);
}

function toError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
