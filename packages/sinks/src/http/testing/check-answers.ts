import { inspect } from "node:util";
import type { Sink, Verdict } from "@mcp-trail/audit";
import { type CheckSinkOptions, sampleEvents } from "@mcp-trail/audit/testing";
import { expect } from "vitest";
import { failure } from "../../testing/failure.ts";
import type { Reply } from "./contract-server.ts";
import type { Scripted } from "./scripted.ts";

/** A sink whose destination a test tells what to answer. */
interface Started {
	readonly sink: Sink;
	/** As `answer` of {@link Scripted} does. */
	readonly answer: (next: Reply[], andStores?: boolean) => void;
	/** Of the events that were kept, in order. */
	readonly ids: () => readonly string[];
}

/** A sink that blames fairly. */
interface FairlyStarted extends Started, Pick<Scripted, "poison"> {
	/** How many probe events were kept. */
	readonly probes: () => number;
}

/** How the tests of one destination are written. */
interface Answering<S extends Started = Started> {
	readonly test: CheckSinkOptions["test"];
	/** The requirement's id in brackets, before each title. */
	readonly proves: string;
	readonly started: () => Promise<S>;
	/** An answer of this status in the destination's own words. @default without a body */
	readonly reply?: (status: number, word: string) => Exclude<Reply, string>;
}

const { signal } = new AbortController();

async function begun<S extends Started>(started: () => Promise<S>, count: number) {
	const events = sampleEvents()(count);
	return { ...(await started()), events, sent: events.map(({ event }) => event.id) };
}

const bare = (status: number): Exclude<Reply, string> => ({ status });

/** Checks what each answer means, that its `Retry-After` is passed on, and that nothing is lost; `word` is what `reply` is asked for. */
export function checkAnswers(
	{ test, proves, started, reply = bare }: Answering,
	answers: readonly (readonly [status: number, verdict: Verdict, code: string, word?: string])[],
): void {
	for (const [status, verdict, code, word = ""] of answers) {
		const answered = word === "" ? status : `${status} ${word}`;
		test(`${proves} answer ${answered} is ${verdict} (${code}) and loses nothing`, async () => {
			const { sink, ids, answer, events, sent } = await begun(started, 3);
			answer([{ ...reply(status, word), headers: { "retry-after": "7" } }]);
			const error = await failure(sink.write(events, signal));
			expect([error.verdict, error.code, error.items]).toEqual([verdict, code, undefined]);
			expect(error.retryAfterMs).toBe(7_000);
			await sink.write(events, signal);
			expect(ids()).toEqual(sent);
			await sink.close?.(signal);
		});
	}
}

/** Checks that events whose answer is lost are sent again, under the same ids. */
export function checkRepeats({ test, proves, started }: Answering): void {
	test(`${proves} after a lost answer the same ids come again`, async () => {
		for (const lost of ["cut", "cut the answer", { status: 503 }] as const) {
			const { sink, ids, answer, events, sent } = await begun(started, 3);
			answer([lost], true);
			expect((await failure(sink.write(events, signal))).verdict).toBe("retry");
			await sink.write(events, signal);
			expect(ids()).toEqual([...sent, ...sent]);
			await sink.close?.(signal);
		}
	});
}

/** Checks that a body refused for what it holds is halved, and an event blamed only where another is taken; what `reply` says of `canary` must be in no error. */
export function checkBlame(
	{
		test,
		proves,
		blames,
		started,
		reply = bare,
	}: Answering<FairlyStarted> & {
		/** As `proves`, of the tests about who is blamed. */
		readonly blames: string;
	},
	refusals: readonly (readonly [status: number, code: string, word?: string])[],
): void {
	for (const [status, code, word = ""] of refusals) {
		const no = reply(status, word);
		test(`${proves} answer ${status}: more are halved, and the one alone is refused`, async () => {
			const { sink, ids, probes, poison, answer, events, sent } = await begun(started, 4);
			answer([no]);
			await sink.write(events, signal);
			expect(ids()).toEqual(sent);
			poison.add(sent[2] ?? "");
			const { items } = await failure(sink.write(events, signal));
			expect(items).toEqual([{ index: 2, verdict: "reject", code: "event_refused" }]);
			expect(probes()).toBe(0);
			answer([no]);
			const alone = await failure(sink.write(events.slice(0, 1), signal));
			expect([alone.verdict, alone.code, probes()]).toEqual(["reject", code, 1]);
			expect(inspect(alone)).not.toContain("canary");
			await sink.close?.(signal);
		});

		test(`${blames} where nothing is taken, answer ${status} makes no dead letter`, async () => {
			const { sink, answer, events } = await begun(started, 4);
			answer([no, no, no, no, no]);
			const error = await failure(sink.write(events, signal));
			expect([error.verdict, error.code, error.items]).toEqual(["hold", "refuses_all", undefined]);
			answer([no]);
			expect((await failure(sink.probe?.(signal))).code).toBe("refuses_all");
			await sink.close?.(signal);
		});
	}
}
