import { expect, it } from "vitest";
import { nodeSystem } from "../system/node-system.ts";
import { memoryTrail } from "../trail/memory-trail.ts";
import type { Trail, TrailReader } from "../trail.ts";
import { checkTrail } from "./check-trail.ts";
import { testEvent } from "./trail-check-kit.ts";

/** Runs the checks on a trail that was made worse; returns those that went red, or stood still for so long. */
async function redFor(
	worsen: (trail: Trail) => Partial<Trail>,
	patienceMs = 300,
): Promise<string[]> {
	const red: string[] = [];
	const checks: (() => Promise<void>)[] = [];
	checkTrail({
		test(name, check) {
			checks.push(() =>
				Promise.race([
					check(),
					new Promise<void>((_resolve, reject) => {
						setTimeout(() => reject(new Error("stands still")), patienceMs);
					}),
				]).catch(() => void red.push(name)),
			);
		},
		async open(options) {
			const trail = await memoryTrail(options)({
				system: nodeSystem(),
				complete: (event) => ({ ...testEvent(0), ...event }),
				onError() {},
			});
			return { trail: { ...trail, ...worsen(trail) } };
		},
	});
	await Promise.all(checks.map((check) => check()));
	return red;
}

function withReader(worsen: (reader: TrailReader) => Partial<TrailReader>) {
	return (trail: Trail): Partial<Trail> => ({
		async reader(name, from) {
			const reader = await trail.reader(name, from);
			return { ...reader, ...worsen(reader) };
		},
	});
}

it("passes a good trail", async () => {
	expect(await redFor(() => ({}), 60_000)).toEqual([]);
});

it.each<{ fault: string; worsen: (trail: Trail) => Partial<Trail>; red: string }>([
	{
		fault: "acknowledges what it did not keep",
		worsen: (trail) => ({
			append: async () => ({ streamId: trail.health().streamId, sequence: 1 }),
		}),
		red: "gives consecutive sequences",
	},
	{
		fault: "forgets losses",
		worsen: () => ({ lost() {} }),
		red: "counts and records what was lost",
	},
	{
		fault: "never refuses after its end",
		worsen: () => ({ async close() {} }),
		red: "writes what it accepted before it closes",
	},
	{
		fault: "ignores a commit",
		worsen: withReader(() => ({ async commit() {} })),
		red: "keeps readers apart",
	},
	{
		fault: "ignores limits",
		worsen: withReader((reader) => ({
			read: (limit, signal) => reader.read({ ...limit, events: 100, bytes: 1e9 }, signal),
		})),
		red: "cuts batches",
	},
	{
		fault: "ignores the signal",
		worsen: withReader((reader) => ({
			read: (limit) => reader.read(limit, new AbortController().signal),
		})),
		red: "stops a wait",
	},
	{
		fault: "says passed at once",
		worsen: withReader(() => ({ async passed() {} })),
		red: "says when a cursor has passed",
	},
	{
		fault: "flushes nothing",
		worsen: () => ({ async flush() {} }),
		red: "flushes",
	},
])("goes red for a trail that $fault", async ({ worsen, red }) => {
	expect((await redFor(worsen)).join("\n")).toContain(red);
});
