import type { SealedEvent } from "@mcp-trail/integrity";
import { describe, expect, it, test } from "vitest";
import type { Sink, SinkError } from "../sink.ts";
import { checkSink } from "./check-sink.ts";
import type { CheckSinkOptions, SinkUnderTest } from "./sink-under-test.ts";

const errorOf = (verdict: "retry" | "reject", items?: SinkError["items"]): SinkError =>
	Object.assign(new Error("the destination said no"), {
		code: verdict === "retry" ? "unavailable" : "too_strange",
		verdict,
		...(items === undefined ? {} : { items }),
	});

const aborted = (signal: AbortSignal): Promise<never> =>
	new Promise((_, reject) => {
		const fail = (): void => reject(errorOf("retry"));
		if (signal.aborted) return fail();
		signal.addEventListener("abort", fail, { once: true });
	});

interface World {
	down: boolean;
	silent: boolean;
	poison: ReadonlySet<string>;
	readonly store: string[];
}

/** A sink that does everything right, and the world behind it; each wrong one changes one thing of it. */
function made(wrong: (right: Sink, world: World) => Partial<Sink> = () => ({})): SinkUnderTest {
	const world: World = { down: false, silent: false, poison: new Set(), store: [] };
	const right: Sink = {
		name: "right",
		delivery: "at_least_once",
		ordered: true,
		async write(batch, signal) {
			if (world.silent) await aborted(signal);
			if (world.down) throw errorOf("retry");
			const ids = batch.map(({ event }) => event.id);
			const items = ids.flatMap((id, index) =>
				world.poison.has(id) ? [{ index, verdict: "reject" as const, code: "too_strange" }] : [],
			);
			world.store.push(...ids.filter((id) => !world.poison.has(id)));
			if (items.length > 0) throw errorOf("reject", items);
		},
		async probe() {
			if (world.down) throw errorOf("retry");
		},
		async close() {},
	};
	return {
		sink: { ...right, ...wrong(right, world) },
		received: () => world.store,
		fault(kind, ids = new Set()) {
			world.down = kind === "down";
			world.silent = kind === "silent";
			world.poison = kind === "poison" ? ids : new Set();
		},
	};
}

/** Names of the checks that fail, of all or of one. */
async function failing(
	options: Omit<CheckSinkOptions, "test">,
	only?: string,
): Promise<readonly string[]> {
	const runs: { readonly name: string; readonly run: () => Promise<void> }[] = [];
	checkSink({ patienceMs: 300, ...options, test: (name, run) => void runs.push({ name, run }) });
	const failed: string[] = [];
	for (const { name, run } of runs) {
		if (only !== undefined && name !== `sink: ${only}`) continue;
		try {
			await run();
		} catch {
			failed.push(name.replace("sink: ", ""));
		}
	}
	return failed;
}

describe("a sink that does everything right", () => {
	checkSink({ test, make: () => made() });
});

describe("a sink that can only refuse a batch whole", () => {
	checkSink({
		test,
		make: () =>
			made((right, world) => ({
				async write(batch, signal) {
					if (batch.some(({ event }) => world.poison.has(event.id))) throw errorOf("reject");
					await right.write(batch, signal);
				},
			})),
	});
});

const never = new Promise<never>(() => {});

interface Wrong {
	readonly what: string;
	readonly caughtBy: string;
	readonly wrong: (right: Sink, world: World) => Partial<Sink>;
}

const wrongs: readonly Wrong[] = [
	{
		what: "has a name that cannot be a topic or a file",
		caughtBy: "its name, delivery, order and limits are valid",
		wrong: () => ({ name: "../Sink" }),
	},
	{
		what: "is ordered and wants several batches at once",
		caughtBy: "its name, delivery, order and limits are valid",
		wrong: () => ({ limits: { inFlight: 5 } }),
	},
	{
		what: "writes the newest first",
		caughtBy: "delivers in order, batch after batch",
		wrong: (right) => ({ write: (batch, signal) => right.write(batch.toReversed(), signal) }),
	},
	{
		what: "drops the last event of a batch",
		caughtBy: "delivers in order, batch after batch",
		wrong: (right) => ({
			write: (batch, signal) => right.write(batch.slice(0, Math.max(1, batch.length - 1)), signal),
		}),
	},
	{
		what: "refuses what it has seen before",
		caughtBy: "takes the same batch again",
		wrong: (right) => {
			const seen = new Set<string>();
			return {
				async write(batch, signal) {
					for (const { event } of batch) {
						if (seen.has(event.id)) throw errorOf("retry");
						seen.add(event.id);
					}
					await right.write(batch, signal);
				},
			};
		},
	},
	{
		what: "empties the list it is given",
		caughtBy: "does not change the batch",
		wrong: (right) => ({
			async write(batch: SealedEvent[], signal) {
				await right.write([...batch], signal);
				batch.length = 0;
			},
		}),
	},
	{
		what: "scribbles over the bytes",
		caughtBy: "does not change the batch",
		wrong: (right) => ({
			async write(batch, signal) {
				await right.write(batch, signal);
				batch[0]?.bytes.fill(32);
			},
		}),
	},
	{
		what: "buffers, and forgets the buffer on close",
		caughtBy: "close after write loses nothing",
		wrong: (right) => {
			let buffer: SealedEvent[] = [];
			return {
				async write(batch, signal) {
					buffer.push(...batch);
					if (buffer.length > 15) await right.write(buffer.splice(0), signal);
				},
				async close() {
					buffer = [];
				},
			};
		},
	},
	{
		what: "throws when closed twice",
		caughtBy: "close is harmless without a write, and twice",
		wrong: () => {
			let closed = false;
			return {
				async close() {
					if (closed) throw new Error("closed already");
					closed = true;
				},
			};
		},
	},
	{
		what: "never finishes closing",
		caughtBy: "close is harmless without a write, and twice",
		wrong: () => ({ close: () => never }),
	},
	{
		what: "logs to standard output",
		caughtBy: "writes to neither standard output nor standard error",
		wrong: (right) => ({
			async write(batch, signal) {
				process.stdout.write("written\n");
				await right.write(batch, signal);
			},
		}),
	},
	{
		what: "complains on standard error when it is down",
		caughtBy: "writes to neither standard output nor standard error",
		wrong: (right, world) => ({
			async write(batch, signal) {
				if (world.down) process.stderr.write("down!\n");
				await right.write(batch, signal);
			},
		}),
	},
	{
		what: "keeps a timer going after close",
		caughtBy: "leaves no handle open",
		wrong: (right) => ({
			async write(batch, signal) {
				timers.push(setInterval(() => undefined, 60_000));
				await right.write(batch, signal);
			},
		}),
	},
	{
		what: "says yes while it is down",
		caughtBy: "a failure loses nothing and is not permanent",
		wrong: (right, world) => ({
			async write(batch, signal) {
				if (!world.down) await right.write(batch, signal);
			},
		}),
	},
	{
		what: "calls an outage permanent",
		caughtBy: "a failure loses nothing and is not permanent",
		wrong: (right, world) => ({
			async write(batch, signal) {
				if (world.down) throw errorOf("reject");
				await right.write(batch, signal);
			},
		}),
	},
	{
		what: "has a probe that finds nothing",
		caughtBy: "probe tells whether the destination works",
		wrong: () => ({ async probe() {} }),
	},
	{
		what: "does not heed its signal",
		caughtBy: "heeds the signal of a write within a second",
		wrong: (right, world) => ({
			write: (batch, signal) => (world.silent ? never : right.write(batch, signal)),
		}),
	},
	{
		what: "says yes before there is an answer",
		caughtBy: "heeds the signal of a write within a second",
		wrong: (right, world) => ({
			async write(batch, signal) {
				if (!world.silent) await right.write(batch, signal);
			},
		}),
	},
	{
		what: "waits in close for a write that hangs",
		caughtBy: "heeds the signal of close within a second",
		wrong: (_, world) => ({ close: () => (world.silent ? never : Promise.resolve()) }),
	},
	{
		what: "names innocent events beside the poison",
		caughtBy: "a permanent error names its events",
		wrong: (right, world) => ({
			async write(batch, signal) {
				if (!batch.some(({ event }) => world.poison.has(event.id))) {
					return right.write(batch, signal);
				}
				throw errorOf(
					"reject",
					batch.map((_, index) => ({ index, verdict: "reject", code: "batch" })),
				);
			},
		}),
	},
	{
		what: "does not list all that the destination refused",
		caughtBy: "a permanent error names its events",
		wrong: (right, world) => ({
			async write(batch, signal) {
				try {
					await right.write(batch, signal);
				} catch (error) {
					if (world.poison.size === 0) throw error;
					throw errorOf("reject", [{ index: 2, verdict: "reject", code: "too_strange" }]);
				}
			},
		}),
	},
	{
		what: "swallows a refusal",
		caughtBy: "a permanent error names its events",
		wrong: (right, world) => ({
			write: (batch, signal) =>
				right.write(
					batch.filter(({ event }) => !world.poison.has(event.id)),
					signal,
				),
		}),
	},
	{
		what: "asks to retry poison for ever",
		caughtBy: "a permanent error names its events",
		wrong: (right, world) => ({
			async write(batch, signal) {
				if (world.poison.size > 0) throw errorOf("retry");
				await right.write(batch, signal);
			},
		}),
	},
];
const timers: NodeJS.Timeout[] = [];

const speaks = (): SinkUnderTest =>
	made((right) => ({
		async write(batch, signal) {
			process.stderr.write(`${batch.length}\n`);
			await right.write(batch, signal);
		},
	}));

const quiet = (): SinkUnderTest => {
	const { sink, received } = made();
	return { sink, received };
};

describe("checkSink", () => {
	for (const { what, caughtBy, wrong } of wrongs) {
		it(`finds one that ${what}`, async () => {
			const failed = await failing({ make: () => made(wrong) }, caughtBy);
			for (const timer of timers.splice(0)) clearInterval(timer);
			expect(failed).toEqual([caughtBy]);
		});
	}

	it("is silent but for the stream it declares", async () => {
		expect(await failing({ make: speaks, writesTo: "stderr" })).toEqual([]);
		expect(await failing({ make: speaks, writesTo: "stdout" })).toHaveLength(1);
	});

	it("leaves out what a destination cannot do only where that is said", async () => {
		expect(await failing({ make: quiet, cannot: ["down", "silent", "poison"] })).toEqual([]);
		expect(await failing({ make: quiet })).toHaveLength(6);
	});
});
