import { expect, it } from "vitest";
import { simulatedWorld } from "../testing/simulated-world.ts";
import { claim, LEASE_MS, ownerLives, ownerNow, readOwner, writeOwner } from "./owner.ts";

const DIR = "/trail";
const STREAM = `${DIR}/stream`;

it("holds an owner of this host for alive as long as its process is", async () => {
	const world = simulatedWorld(1);
	const one = world.start();
	const two = world.start();
	const owner = ownerNow(one.process, "stream", world.nowMs());
	expect(await ownerLives(two, DIR, owner)).toBe(true);
	expect(await ownerLives(two, DIR, { ...owner, released: true })).toBe(false);
	expect(await ownerLives(two, DIR, { ...owner, startTime: "of another life" })).toBe(false);
	expect(await ownerLives(two, DIR, undefined)).toBe(false);
	one.kill();
	expect(await ownerLives(two, DIR, owner)).toBe(false);
});

it.each([{ host: "elsewhere" }, { pidSpace: "container" }])(
	"holds an owner of %o for alive until its lease runs out",
	async (place) => {
		const world = simulatedWorld(1);
		const { files, clock, process } = world.start();
		const far = { files, clock, process: { ...process, ...place } };
		await world.run(async () => {
			await files.makeFolder(STREAM);
			await writeOwner(files, STREAM, 0, ownerNow(far.process, "stream", world.nowMs()));
		});
		const { owner } = await world.run(() => readOwner(files, STREAM));
		const near = { files, clock, process: { ...process, isAlive: () => false } };
		expect(await world.run(() => ownerLives(near, DIR, owner))).toBe(true);
		await world.pass(LEASE_MS / 2);
		await world.run(() =>
			writeOwner(files, STREAM, 0, ownerNow(far.process, "stream", world.nowMs())),
		);
		await world.pass(LEASE_MS / 2 + 1000);
		expect(await world.run(() => ownerLives(near, DIR, owner))).toBe(true);
		await world.pass(LEASE_MS);
		expect(await world.run(() => ownerLives(near, DIR, owner))).toBe(false);
	},
);

it("lets one claim win, and leaves one owner's file", async () => {
	const world = simulatedWorld(3);
	const { files, process } = world.start();
	await world.run(async () => {
		await files.makeFolder(STREAM);
		await writeOwner(files, STREAM, 0, ownerNow(process, "stream", 0));
		const claims = await Promise.all(
			["a", "b", "c"].map((nonce) =>
				claim(files, STREAM, 0, { ...ownerNow(process, nonce, 0), leaseStream: nonce }, nonce),
			),
		);
		expect(claims.filter((generation) => generation === 1)).toHaveLength(1);
		expect(await files.list(STREAM)).toEqual(["owner.1.json"]);
		const winner = ["a", "b", "c"][claims.indexOf(1)];
		expect((await readOwner(files, STREAM)).owner?.leaseStream).toBe(winner);
	});
});

it("finds no owner in a damaged file", async () => {
	const world = simulatedWorld(1);
	const { files } = world.start();
	await world.run(async () => {
		await files.makeFolder(STREAM);
		const handle = await files.open(`${STREAM}/owner.json`, "create");
		await handle.writev([Buffer.from('{"host":"h","pid":"one"}')], 0);
		expect(await readOwner(files, STREAM)).toEqual({ generation: 0 });
	});
});

it("gives a stream to nobody who looked before two others took it", async () => {
	const world = simulatedWorld(1);
	const { files, process } = world.start();
	const owner = ownerNow(process, "stream", world.nowMs());
	await world.run(async () => {
		await files.makeFolder(STREAM);
		await writeOwner(files, STREAM, 0, owner);
	});
	expect(await world.run(() => claim(files, STREAM, 0, owner, "aa"))).toBe(1);
	expect(await world.run(() => claim(files, STREAM, 1, owner, "bb"))).toBe(2);
	expect(await world.run(() => claim(files, STREAM, 0, owner, "cc"))).toBeUndefined();
	expect(await world.run(() => files.list(STREAM))).toEqual(["owner.2.json"]);
});

it("[safe.owner_path] takes no owner whose lease would lead out of the folder", async () => {
	const world = simulatedWorld(4);
	const { files, process } = world.start();
	const owner = ownerNow(process, "stream", 0);
	const read = async (leaseStream: string) => {
		await writeOwner(files, STREAM, 0, { ...owner, leaseStream });
		return (await readOwner(files, STREAM)).owner?.leaseStream;
	};
	await world.run(async () => {
		await files.makeFolder(STREAM);
		expect(await read("stream")).toBe("stream");
		for (const path of ["../elsewhere", "a/b", "..", ""]) expect(await read(path)).toBe(undefined);
	});
});
