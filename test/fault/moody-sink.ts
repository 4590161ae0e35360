import type { Sink } from "@mcp-trail/audit";
import type { SeededRandom, SimulatedProcess } from "@mcp-trail/audit/testing";

/** Of each {@link moodySink}. */
export const LIMITS = { events: 20, bytes: 20_000, lingerMs: 50 } as const;

/** A place as one word. */
export const keyOf = ({ stream, sequence }: { stream: string; sequence: number }): string =>
	`${stream}/${sequence}`;

/** A destination that outlives the processes that write to it. */
export interface Destination {
	readonly stored: { readonly stream: string; readonly sequence: number }[];
	readonly poison: Set<string>;
	mostEvents: number;
	mostBytes: number;
	/** Writes that have neither settled nor been aborted: a lane has one at a time. */
	mostAtOnce: number;
}

/** Makes an empty one. */
export const destination = (): Destination => ({
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
export function moodySink(
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

/** Each event once, where it first arrived. */
export const firsts = ({ stored }: Destination): readonly string[] => [
	...new Set(stored.map(keyOf)),
];

/** The same events, those of one stream in the order of their sequence. */
export function inOrder(keys: readonly string[]): readonly string[] {
	const streams = [...new Set(keys.map((key) => key.split("/")[0]))];
	const place = (key: string): number =>
		streams.indexOf(key.split("/")[0]) * 1e9 + Number(key.split("/")[1]);
	return keys.toSorted((a, b) => place(a) - place(b));
}
