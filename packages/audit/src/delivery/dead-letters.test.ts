import { mkdtempSync, readFileSync, renameSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seal, type SealedEvent } from "@mcp-trail/integrity";
import { expect, it } from "vitest";
import { nodeSystem } from "../system/node-system.ts";
import { simulatedWorld } from "../testing/simulated-world.ts";
import { testEvent } from "../testing/trail-check-kit.ts";
import { deadLetters } from "./dead-letters.ts";

const STREAM = "018f2f6e-7c1a-7d2e-9a44-3f1d2c5b6a70";

const refusals = (count: number) =>
	Array.from({ length: count }, (_, at) => ({
		event: seal(testEvent(at), { streamId: STREAM, sequence: at + 1 }),
		code: "refused",
	}));
const lineOf = ({ event }: { readonly event: SealedEvent }): string =>
	Buffer.from(event.bytes).toString();
const folder = (): string => mkdtempSync(join(tmpdir(), "dead-"));
const pathIn = (dir: string): string => join(dir, "picky.dead-letters.ndjson");
const kept = (path: string): readonly unknown[] =>
	readFileSync(path, "utf8")
		.trimEnd()
		.split("\n")
		.map((text): unknown => JSON.parse(text).line);

it("[durable.dead_letters] keeps every letter of writes that overlap, as those of batches in flight do", async () => {
	const dir = folder();
	const letters = deadLetters("picky", { dir }, nodeSystem());
	const refused = refusals(8);
	const writes = refused.map(async (one) => letters.write([one]));
	await Promise.all([...writes, letters.close()]);
	expect(kept(pathIn(dir))).toEqual(refused.map(lineOf));
});

const world = simulatedWorld(1);
it.each([
	["on this machine", folder(), nodeSystem, <T>(work: () => Promise<T>) => work()],
	["in a simulation", "/dead", () => world.start(), <T>(work: () => Promise<T>) => world.run(work)],
])(
	"[durable.dead_letters] keeps the letters of every process that shares the folder, %s",
	async (_, dir, start, run) => {
		const one = deadLetters("picky", { dir }, start());
		const other = deadLetters("picky", { dir }, start());
		const refused = refusals(4);
		const text = await run(async () => {
			for (const [at, letter] of refused.entries())
				await (at % 2 === 0 ? one : other).write([letter]);
			await Promise.all([one.close(), other.close()]);
			const file = await start().files.open(pathIn(dir), "read");
			return Buffer.from(await file.read(100_000, 0)).toString();
		});
		const lines = text
			.trimEnd()
			.split("\n")
			.map((line): unknown => JSON.parse(line).line);
		expect(lines).toEqual(refused.map(lineOf));
	},
);

it("[bounded.dead_letters] counts what other processes wrote to the file", async () => {
	const dir = folder();
	const [one, other] = [1, 2].map(() =>
		deadLetters("picky", { dir, maxBytes: 5000 }, nodeSystem()),
	);
	const refused = refusals(1);
	await one?.write(refused);
	const { size } = statSync(pathIn(dir));
	for (let left = Math.floor(5000 / size) - 1; left > 0; left -= 1) await other?.write(refused);
	await expect(one?.write(refused)).rejects.toThrow("limit of 5000 bytes");
	expect(statSync(pathIn(dir)).size).toBeLessThanOrEqual(5000);
});

it("[durable.dead_letters] begins a new file once the old one was moved away to be replayed", async () => {
	const dir = folder();
	const letters = deadLetters("picky", { dir }, nodeSystem());
	const refused = refusals(2);
	await letters.write(refused.slice(0, 1));
	renameSync(pathIn(dir), join(dir, "moved"));
	await letters.write(refused.slice(1));
	expect(kept(join(dir, "moved"))).toEqual(refused.slice(0, 1).map(lineOf));
	expect(kept(pathIn(dir))).toEqual(refused.slice(1).map(lineOf));
});
