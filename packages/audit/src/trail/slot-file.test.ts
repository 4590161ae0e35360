import fc from "fast-check";
import { expect, it } from "vitest";
import { simulatedWorld } from "../testing/simulated-world.ts";
import { createSlotFile, openSlotFile } from "./slot-file.ts";

const PATH = "/slots";

it("gives back the last value that was synced, or one written after it, whatever a power loss leaves", () =>
	fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1 }),
			fc.array(fc.tuple(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.boolean())),
			async (seed, writes) => {
				const world = simulatedWorld(seed);
				const { files } = world.start();
				await world.run(async () => {
					const slots = await createSlotFile(files, PATH, new Uint8Array(8));
					await files.syncFolder("/");
					for (const [value, sync] of writes) await slots.write(value, sync);
				});
				world.losePower();
				const again = world.start();
				const slots = await world.run(() => openSlotFile(again.files, PATH, 8));
				const synced = writes.findLastIndex(([, sync]) => sync);
				const possible = [new Uint8Array(8), ...writes.map(([value]) => value)].slice(synced + 1);
				expect(possible.map((value) => Buffer.from(value).toString("hex"))).toContain(
					Buffer.from(slots.value ?? []).toString("hex"),
				);
			},
		),
		{ numRuns: 100 },
	));

it("goes on from the newest value after it is opened again", async () => {
	const world = simulatedWorld(1);
	const { files } = world.start();
	await world.run(async () => {
		const first = await createSlotFile(files, PATH, Buffer.from("a"));
		await first.write(Buffer.from("b"), true);
		await first.close();
		const second = await openSlotFile(files, PATH, 1);
		expect(second.value).toEqual(Buffer.from("b"));
		await second.write(Buffer.from("c"), true);
		await second.write(Buffer.from("d"), true);
		await second.close();
		expect((await openSlotFile(files, PATH, 1, "read")).value).toEqual(Buffer.from("d"));
	});
});

it("has no value where neither slot is whole", async () => {
	const world = simulatedWorld(1);
	const { files } = world.start();
	await world.run(async () => {
		const handle = await files.open(PATH, "create");
		await handle.writev([Buffer.alloc(9000, 7)], 0);
		expect((await openSlotFile(files, PATH, 8)).value).toBeUndefined();
	});
});
