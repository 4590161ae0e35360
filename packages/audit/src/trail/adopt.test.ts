import type { AuditEvent, RecoveryDetail } from "@mcp-trail/event";
import { expect, it } from "vitest";
import {
	simulatedWorld,
	type SimulatedProcess,
	type SimulatedWorld,
} from "../testing/simulated-world.ts";
import { drain, testEvent } from "../testing/trail-check-kit.ts";
import type { Trail } from "../trail.ts";
import { fileTrail } from "./file-trail.ts";
import { BALLAST } from "./layout.ts";
import { segmentPath } from "./owned-stream.ts";

const dir = "/trail";

const open = (system: SimulatedProcess): Promise<Trail> =>
	fileTrail({ dir })({
		system,
		complete: (event): AuditEvent => ({ ...testEvent(0), ...event }),
		onError: () => {},
	});

/** A process that wrote so many events and was killed; the folder of its stream. */
async function dead(world: SimulatedWorld, events: number): Promise<string> {
	const process = world.start();
	const trail = await world.run(() => open(process));
	for (let n = 0; n < events; n += 1) await world.run(() => trail.append(testEvent(n)));
	process.kill();
	return `${dir}/${trail.health().streamId}`;
}

/** Dies in a recovery, once the torn end is set aside. */
async function dieRecovering(world: SimulatedWorld, path: string): Promise<void> {
	const process = world.start();
	void open(process).catch(() => undefined);
	const isAside = (): boolean => {
		const [segment = ""] = world.disk.list(path).filter((name) => name.endsWith(".ndjson"));
		const text = world.disk.open(`${path}/${segment}`, "read", 1);
		const bytes = Buffer.from(text.read(text.size, 0));
		return bytes.length === 0 || bytes.at(-1) === 0x0a;
	};
	for (let looks = 0; looks < 10_000 && !isAside(); looks += 1) await world.pass(0.05);
	process.kill();
}

it.each([0, 3])(
	"[durable.torn] tells what a recovery set aside that died before it could tell, after %i whole records",
	async (events) => {
		const world = simulatedWorld(1);
		const path = await dead(world, events);
		const segment = world.disk.open(segmentPath(path, 1), "append", 1);
		world.disk.write(segment, Buffer.from('{"half a line'), segment.size);
		await dieRecovering(world, path);
		expect(world.disk.list(path).filter((name) => name.endsWith(".torn"))).toHaveLength(1);
		const trail = await world.run(() => open(world.start()));
		const reader = await world.run(() => trail.reader("sink"));
		const told = await world.run(() => drain(reader, events + 1));
		const recovery = told.flatMap(({ event }): RecoveryDetail[] =>
			event.recovery !== undefined && path.endsWith(event.recovery.stream_id)
				? [event.recovery]
				: [],
		);
		expect(recovery).toMatchObject([{ last_sequence: events, torn_bytes: 13, clean_end: false }]);
		expect(world.disk.list(path).filter((name) => name.endsWith(".torn"))).toHaveLength(1);
	},
);

it("[bounded.disk] gives back the room that a dead stream kept for a full disk", async () => {
	const world = simulatedWorld(1);
	const path = await dead(world, 3);
	expect(world.disk.status(`${path}/${BALLAST}`)?.size).toBe(256 * 1024);
	await world.run(() => open(world.start()));
	expect(world.disk.status(`${path}/${BALLAST}`)?.size).toBe(0);
});
