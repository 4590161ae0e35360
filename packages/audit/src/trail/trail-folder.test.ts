import { describe, expect, it } from "vitest";
import { simulatedWorld } from "../testing/simulated-world.ts";
import type { Files, System } from "../system.ts";
import { createStream, openFolder } from "./trail-folder.ts";

const dir = "/trail";
const id = "01890000-0000-7000-8000-000000000001";
const none = (): Promise<void> => Promise.resolve();

/** A process whose open files are known. */
function watched(system: System): { readonly system: System; readonly open: Set<string> } {
	const open = new Set<string>();
	const files: Files = {
		...system.files,
		async open(path, flag) {
			const handle = await system.files.open(path, flag);
			open.add(path);
			return {
				...handle,
				async close() {
					open.delete(path);
					await handle.close();
				},
			};
		},
		async rename(from, to) {
			// As Windows has it.
			if ([...open].some((path) => path.startsWith(`${from}/`))) throw new Error("EPERM: in use");
			await system.files.rename(from, to);
		},
	};
	return { system: { ...system, files }, open };
}

describe("a new stream", () => {
	it("is given its name while none of its files is open", async () => {
		const world = simulatedWorld(1);
		const { system } = watched(world.start());
		await world.run(() => openFolder(system, dir, none));
		const { lossSlot } = await world.run(() => createStream(system, dir, id, 4096, none));
		await world.run(() => lossSlot.write(new Uint8Array(lossSlot.value?.length ?? 0), true));
		expect(lossSlot.value).toBeDefined();
	});

	it("leaves nothing open and nothing behind where there is no room for it", async () => {
		const world = simulatedWorld(1);
		const { system, open } = watched(world.start());
		await world.run(() => openFolder(system, dir, none));
		world.disk.capacityBytes = world.disk.usedBytes + 32_768;
		await expect(
			world.run(() => createStream(system, dir, id, 262_144, none)),
		).rejects.toMatchObject({ code: "folder_unusable" });
		expect([...open]).toEqual([]);
		expect(await world.run(() => system.files.list(dir))).toEqual([]);
	});
});

it("ends its search for a parent where there is none", async () => {
	const world = simulatedWorld(1);
	const system = world.start();
	const nothing = { ...system.files, status: () => Promise.resolve(undefined) };
	await expect(
		world.run(() => openFolder({ ...system, files: nothing }, "/gone/trail", none)),
	).rejects.toThrow("/gone/trail");
});
