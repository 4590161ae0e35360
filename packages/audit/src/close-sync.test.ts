import type { NewEvent, StoredEvent } from "@mcp-trail/event";
import { readLine, verifier, type VerifyReport } from "@mcp-trail/integrity";
import { describe, expect, it } from "vitest";
import { runs } from "../../../test/runs.ts";
import type { Audit } from "./audit.ts";
import type { CodedError } from "./audit-error.ts";
import { openAudit } from "./open-audit.ts";
import type { ExitFiles, System } from "./system.ts";
import type { Sink } from "./sink.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import {
	simulatedWorld,
	type SimulatedProcess,
	type SimulatedWorld,
} from "./testing/simulated-world.ts";
import { fileTrail, type FileTrailOptions } from "./trail/file-trail.ts";
import { inspectTrail, readSegments } from "./trail/inspect-trail.ts";

const dir = "/trail";

const paid = (n: number, padding = 300): NewEvent => ({
	type: "ext.com.example.paid",
	severity: "low",
	labels: { n: String(n), pad: "x".repeat(padding) },
});

/** Takes nothing, ever: what is recorded stays in the trail. */
const stuck: Sink = {
	name: "stuck",
	delivery: "at_least_once",
	ordered: true,
	write: () => new Promise(() => {}),
};

interface Life {
	readonly audit: Audit;
	readonly process: SimulatedProcess;
	readonly errors: CodedError[];
	/** The process ends now. */
	readonly leave: () => void;
}

function live(
	world: SimulatedWorld,
	trail: Partial<FileTrailOptions> = {},
	change: (system: System) => Partial<System> = () => ({}),
): Life {
	const process = world.start();
	const errors: CodedError[] = [];
	const audit = openAudit({
		service: "exit",
		system: { ...process, ...change(process) },
		trail: fileTrail({ dir, ...trail }),
		sinks: [stuck],
		closeTimeoutMs: 50,
		onError: (error) => void errors.push(error),
	});
	const leave = (): void => {
		audit.closeSync();
		process.exit();
	};
	return { audit, process, errors, leave };
}

interface Found {
	readonly report: VerifyReport;
	readonly events: readonly StoredEvent[];
	readonly ofType: (type: string) => number;
	/** Of `paid`, in their order. */
	readonly numbers: readonly number[];
	readonly told: number;
}

/** What an outsider finds. */
const look = (world: SimulatedWorld): Promise<Found> =>
	world.run(async () => {
		const system = world.start();
		const verification = verifier({ context: "trail" });
		const events: StoredEvent[] = [];
		for (const { streamId, segments } of (await inspectTrail(dir, system)).streams) {
			for (const segment of segments) {
				verification.begin({ name: segment.path, streamId });
				const chunks: Uint8Array[] = [];
				for await (const chunk of readSegments([segment], system)) chunks.push(chunk);
				for (const chunk of chunks) verification.push(chunk);
				for (const text of Buffer.concat(chunks).toString().split("\n").slice(0, -1)) {
					const event = readLine(Buffer.from(text))?.event;
					if (event !== undefined) events.push(event);
				}
			}
		}
		return {
			report: verification.end(),
			events,
			ofType: (type) => events.filter((event) => event.type === type).length,
			numbers: events
				.filter(({ type }) => type === "ext.com.example.paid")
				.map(({ labels }) => Number(labels?.["n"])),
			told: events.reduce((sum, { loss }) => sum + (loss?.events ?? 0), 0),
		};
	});

/** What the next process says of how each stream before it ended. */
async function endings(world: SimulatedWorld): Promise<readonly (boolean | undefined)[]> {
	const { audit } = live(world);
	await world.run(() => audit.ready);
	await world.run(() => audit.close());
	const { events } = await look(world);
	return events.flatMap(({ recovery }) => (recovery ? [recovery.clean_end] : []));
}

/** Files of a process whose opening makes its folder just before the end would. */
const racing = ({ exitFiles }: System): Partial<System> => {
	const files = exitFiles as ExitFiles;
	const rename: ExitFiles["rename"] = (from, to) => {
		if (!/\.new-[^/]+$/.test(from)) return files.rename(from, to);
		files.makeFolder(to);
		throw Object.assign(new Error("ENOTEMPTY"), { code: "ENOTEMPTY" });
	};
	return { exitFiles: { ...files, rename } };
};

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

describe("closeSync", () => {
	it("[durable.exit] ends a stream once, wherever in close the process ends", async () => {
		// Every step in the long run, here every third.
		for (let step = 0; step < 30; step += 30 / runs(30, 3)) {
			const world = simulatedWorld(step);
			const { audit, leave } = live(world);
			await world.run(() => audit.ready);
			for (const n of upTo(20)) audit.record(paid(n));
			void audit.close();
			await world.pass(step < 20 ? step / 2 : step * 30);
			leave();
			const { report, ofType, numbers } = await look(world);
			expect({ step, faults: report.faults, stopped: ofType("trail.stopped"), numbers }).toEqual({
				step,
				faults: [],
				stopped: 1,
				numbers: upTo(20),
			});
			expect({ step, ends: await endings(world) }).toEqual({ step, ends: [true] });
		}
	});

	it("[durable.exit] keeps or tells everything, on a disk that fails in the middle of it", async () => {
		for (let seed = 1; seed <= runs(500, 50); seed += 1) {
			const world = simulatedWorld(seed);
			const random = seededRandom(seed);
			const { audit, leave } = live(world, { segmentBytes: 3_000 });
			await world.run(() => audit.ready);
			const chance = random.next() * 0.5;
			Object.assign(world.faults, { writeError: chance, syncError: chance, shortWrite: chance });
			let next = 0;
			for (let burst = random.below(12); burst >= 0; burst -= 1) {
				for (let n = random.below(12); n > 0; n -= 1) audit.record(paid(next++));
				await world.pass(random.below(random.chance(0.2) ? 2_000 : 4));
			}
			leave();
			Object.assign(world.faults, { writeError: 0, syncError: 0, shortWrite: 0 });
			const { report, numbers, told } = await look(world);
			expect({ seed, faults: report.faults }).toEqual({ seed, faults: [] });
			expect({ seed, sum: new Set(numbers).size + told }).toEqual({ seed, sum: next });
			expect({ seed, ends: await endings(world) }).toEqual({ seed, ends: [true] });
		}
	});

	it("[durable.exit] forks nothing where there is room for a part of a batch", async () => {
		const world = simulatedWorld(3);
		const maxBytes = 1 << 16;
		const { audit, leave } = live(world, { maxBytes });
		await world.run(() => audit.ready);
		let next = 0;
		const left = (): number => maxBytes * 0.95 - (audit.health().trail?.storedBytes ?? 0);
		for (; left() > 4_000; await world.pass(20)) audit.record(paid(next++));
		// Less than a batch, which is an eighth of the limit.
		expect(left()).toBeGreaterThan(2_000);
		for (const _ of upTo(10)) audit.record(paid(next++));
		const long = next;
		for (const _ of upTo(3)) audit.record(paid(next++, 6_000));
		for (const _ of upTo(10)) audit.record(paid(next++));
		leave();
		const { report, numbers, told } = await look(world);
		expect([report.faults, told]).toEqual([[], 3]);
		expect(numbers).toEqual(upTo(next).filter((n) => n < long || n >= long + 3));
	});

	it("[bounded.exit] goes beyond maxBytes by what waited at most, and not again", async () => {
		const world = simulatedWorld(3);
		const maxBytes = 1 << 16;
		const sizes: number[] = [];
		const rounds = runs(12, 4);
		for (let round = 0; round < rounds; round += 1) {
			const { audit, leave } = live(world, { maxBytes });
			await world.run(() => audit.ready);
			await world.pass(100);
			for (const n of upTo(200)) audit.record(paid(n));
			leave();
			sizes.push((await look(world)).report.bytes);
		}
		const waited = 200 * 1_000;
		expect(sizes[0]).toBeGreaterThan(maxBytes);
		expect(sizes[0]).toBeLessThan(maxBytes + waited);
		// What a process at the limit adds is the trail's own: that it ended, and what it could not keep.
		for (const [round, size] of sizes.slice(1).entries())
			expect(size - (sizes[round] ?? 0)).toBeLessThan(4_000);
		expect((await look(world)).told).toBe(200 * (rounds - 1));
	});

	it("[durable.fence] writes nothing into a stream that another host has taken meanwhile", async () => {
		const world = simulatedWorld(5);
		const far = world.start({ host: "elsewhere" });
		let asleep = false;
		const timers: System["timers"] = {
			after: (ms, fn, options) => far.timers.after(ms, () => asleep || fn(), options),
		};
		const { audit, leave, errors } = live(world, {}, () => ({ ...far, timers }));
		await world.run(() => audit.ready);
		audit.record(paid(0));
		await world.pass(100);
		asleep = true;
		const other = live(world);
		await world.pass(300_000);
		const before = await look(world);
		expect(before.events.flatMap(({ recovery }) => recovery ?? [])).toHaveLength(1);
		audit.record(paid(1));
		leave();
		const { numbers } = await look(world);
		expect(numbers).toEqual([0]);
		expect(errors.map(({ message }) => message).join()).toContain("has taken over the stream");
		await world.run(() => other.audit.close());
	});

	it("writes nothing at the end of a process whose trail could not be opened, closed or not", async () => {
		const world = simulatedWorld(6);
		let opened: string | undefined;
		const { audit, leave, errors } = live(world, {}, ({ files }) => ({
			files: {
				...files,
				rename(from) {
					opened = from;
					return Promise.reject(new Error("refused"));
				},
			},
		}));
		await world.run(() => audit.ready);
		expect(opened).toContain(dir);
		await world.run(() => audit.close());
		const before = world.disk.list(dir);
		leave();
		expect(world.disk.list(dir)).toEqual(before);
		expect(errors.map(({ code }) => code)).toContain("open_failed");
	});

	it("[durable.exit] gives the ballast back where the disk is full", async () => {
		const world = simulatedWorld(6);
		const { audit, leave, errors } = live(world);
		await world.run(() => audit.ready);
		await world.pass(100);
		world.disk.capacityBytes = world.disk.usedBytes;
		for (const n of upTo(50)) audit.record(paid(n));
		leave();
		world.disk.capacityBytes = Infinity;
		const { report, numbers } = await look(world);
		expect([report.faults, numbers, errors]).toEqual([[], upTo(50), []]);
		expect(await endings(world)).toEqual([true]);
	});

	it.each(["before it is open", "while it is open"])(
		"[safe.group] hands what it makes to the group that may read, %s",
		async (when) => {
			const world = simulatedWorld(7);
			const { audit, leave } = live(world, { groupRead: 4711 });
			if (when === "while it is open") {
				await world.run(() => audit.ready);
				await world.pass(100);
			}
			audit.record(paid(1));
			leave();
			const streams = world.disk.list(dir).map((name) => `${dir}/${name}`);
			const [stream = ""] = streams.filter((path) => !path.includes(".new-"));
			const paths = [dir, stream, ...world.disk.list(stream).map((name) => `${stream}/${name}`)];
			const modes = paths.map((path) => {
				const { kind, gid, mode } = world.disk.status(path) ?? {};
				return [path, gid, mode === (kind === "file" ? 0o640 : 0o750)];
			});
			expect(paths.some((path) => path.endsWith("ended.json"))).toBe(true);
			expect(modes).toEqual(paths.map((path) => [path, 4711, true]));
		},
	);

	it("[durable.exit] loses nothing where the opening makes its folder at the very same moment", async () => {
		const world = simulatedWorld(8);
		const { audit, leave, errors } = live(world, {}, racing);
		audit.record(paid(0));
		leave();
		const { numbers, report } = await look(world);
		expect([numbers, report.faults, errors]).toEqual([[0], [], []]);
		expect(await endings(world)).toEqual([true]);
	});

	it("[durable.exit] keeps the others where one event recorded early cannot be sealed", async () => {
		const world = simulatedWorld(9);
		const { audit, leave } = live(world);
		audit.record(paid(0));
		// No event of the types, but of an application in JavaScript.
		const labels = { big: 1n } as unknown as Record<string, string>;
		audit.record({ ...paid(1), labels });
		audit.record(paid(2));
		leave();
		const { numbers, told, report } = await look(world);
		expect([numbers, told, report.faults]).toEqual([[0, 2], 1, []]);
	});

	it("is the end, though the process goes on and is closed after it", async () => {
		for (let step = 0; step < 12; step += 12 / runs(12, 3)) {
			const world = simulatedWorld(10);
			const { audit, process } = live(world);
			await world.run(() => audit.ready);
			await world.pass(100);
			for (const n of upTo(5)) audit.record(paid(n));
			// Around the moment when these are being written.
			await world.pass(10 + step / 10);
			for (const n of upTo(5)) audit.record(paid(5 + n));
			audit.closeSync();
			audit.closeSync();
			audit.record(paid(10));
			await world.run(() => audit.close());
			process.kill();
			const { numbers, report, ofType } = await look(world);
			const found = [numbers, report.faults, ofType("trail.stopped")];
			expect([step, ...found]).toEqual([step, upTo(10), [], 1]);
			expect([step, await endings(world)]).toEqual([step, [true]]);
		}
	});
});

/** A disk that takes what says where a stream ended only after a while. */
const slow =
	(hold: Promise<void>) =>
	({ files }: System): Partial<System> => ({
		files: {
			...files,
			async open(path, flag) {
				if (path.includes("ended.json") && flag === "create") await hold;
				return files.open(path, flag);
			},
		},
	});

describe("a deadline in the middle of the trail's own close", () => {
	it.each([
		["the process is killed: no clean end is claimed", false],
		["the process exits: what was missing is written", true],
	])("[durable.exit] leaves what the next process understands: %s", async (_, exits) => {
		const world = simulatedWorld(11);
		const { audit, process, leave, errors } = live(world, {}, slow(new Promise(() => {})));
		await world.run(() => audit.ready);
		for (const n of upTo(5)) audit.record(paid(n));
		const { clean } = await world.run(() => audit.close());
		expect(clean).toBe(false);
		expect(errors.map(({ message }) => message).join()).toContain("closing the trail");
		if (exits) leave();
		else process.kill();
		expect((await look(world)).report.faults).toEqual([]);
		expect(await endings(world)).toEqual([exits]);
		const { numbers, ofType } = await look(world);
		expect([numbers, ofType("trail.recovered")]).toEqual([upTo(5), 1]);
	});
});
