import type { LaneHealth } from "../audit.ts";
import { AuditError, messageOf } from "../audit-error.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { deliver, type Delivered } from "./deliver.ts";
import type { DeliveryTimes } from "./delivery-times.ts";
import { recentRefusals } from "./recent-refusals.ts";
import type { Refused } from "./resend.ts";
import type { Sink } from "../sink.ts";
import type { Failure } from "./sink-error.ts";
import { laneTroubles, worse, type Trouble } from "./lane-troubles.ts";
import type { System } from "../system.ts";
import type { Batch, Limit, Position, TrailReader } from "../trail.ts";
import { late, pause, unlessAborted } from "./waiting.ts";

/** What a lane is made of. */
export interface LaneOptions {
	readonly system: System;
	readonly sink: Sink;
	readonly times: DeliveryTimes;
	readonly deadLetters: DeadLetters;
	/** Opens the sink's cursor in the trail; called again after a failure. */
	open(): Promise<TrailReader>;
	/** Events of the trail: what is undelivered while the cursor cannot be opened. */
	recorded(): number;
	/** Records in the trail that events were refused; settles when that is durable or cannot be. */
	recordRefused(refused: readonly Refused[]): Promise<void>;
	onError(error: AuditError): void;
}

/** Carries the trail to one sink. */
export interface Lane {
	readonly sink: Sink;
	/** Opens the cursor; never rejects, a failure is tried again once started. */
	open(): Promise<void>;
	/** Starts delivering. */
	start(): void;
	health(): LaneHealth;
	/** Resolves true once the event is at the sink, false once the sink has refused it; rejects when the signal aborts first. */
	reached(position: Position, signal: AbortSignal): Promise<boolean>;
	/** Stops all waiting, delivers what there is with one try each; resolves with how many events are left. */
	drain(): Promise<number>;
	/** Abandons what is under way. */
	stop(): void;
	/** Closes the cursor and the dead letters. */
	finish(): Promise<void>;
}

/** A reader's cursor, its batches taken by one sink in the order of the trail. */
export function lane(options: LaneOptions): Lane {
	const { system, sink, times, deadLetters } = options;
	const hurry = new AbortController();
	const stop = new AbortController();
	const refusals = recentRefusals();
	const inFlight = sink.limits?.inFlight ?? 1;
	const limit: Limit = {
		events: sink.limits?.events ?? 500,
		bytes: sink.limits?.bytes ?? 900_000,
		lingerMs: sink.limits?.lingerMs ?? 50,
	};
	let reader: TrailReader | undefined;
	let state: LaneHealth["state"] = "delivering";
	let lastError: LaneHealth["lastError"];
	let delivered = 0;
	let refused = 0;
	let retries = 0;
	let running: Promise<void> | undefined;

	const fail = (code: AuditError["code"], message: string, cause?: unknown): void => {
		lastError = { code, message };
		options.onError(new AuditError(code, `sink ${sink.name}: ${message}`, cause));
	};

	const troubles = laneTroubles();
	/** The worst of the lane itself and of what is under way. */
	const health = (): LaneHealth["state"] => worse(state, troubles.worst()?.state ?? "delivering");

	/** Told how the tries of one batch went: others under way may be better off. */
	const tried = (batch: Batch, now: Trouble["state"] | "delivering", failure?: Failure): void => {
		if (failure === undefined || now === "delivering") {
			if (state === "retrying") state = "delivering";
			troubles.over(batch);
			lastError = troubles.worst()?.error;
			return;
		}
		retries += 1;
		const before = health();
		const { code, message } = failure;
		lastError = { code, message };
		troubles.met(batch, { state: now, error: lastError });
		if (health() === before) return;
		const known =
			code === "dead_letter_unwritable"
				? code
				: now === "holding"
					? "sink_holding"
					: "sink_failing";
		options.onError(new AuditError(known, `sink ${sink.name}: ${code}: ${message}`));
	};

	const tryOpen = async (): Promise<TrailReader | undefined> => {
		try {
			reader = await options.open();
			state = "delivering";
		} catch (error) {
			state = "holding";
			fail("read_failed", `its cursor cannot be opened: ${messageOf(error)}`, error);
		}
		return reader;
	};

	/** What was carried so far is booked, in the order of the trail; false = something was given up. */
	let booked = Promise.resolve(true);

	/** By stream, how far was read and committed, where that differs. */
	const places = new Map<string, { read: number; committed: number }>();
	const took = ({ streamId, events, end }: Batch): void => {
		const committed = (events[0]?.sequence ?? 1) - 1;
		const place = places.get(streamId) ?? { read: committed, committed };
		place.read = end.sequence;
		places.set(streamId, place);
	};
	const committedTo = ({ streamId, sequence }: Position): void => {
		const place = places.get(streamId);
		if (place === undefined) return;
		place.committed = sequence;
		if (place.committed >= place.read) places.delete(streamId);
	};
	/** How many events are still to be read; what else the cursor lags by is under way, was given up, or has a commit that failed. */
	const unread = (from: TrailReader): number => {
		let uncommitted = 0;
		for (const { read, committed } of places.values()) uncommitted += read - committed;
		return from.lag() - uncommitted;
	};

	/** The next batch; undefined = no more. */
	const next = async (from: TrailReader): Promise<Batch | undefined> => {
		for (let wait = times.retryBaseMs; !stop.signal.aborted;) {
			const hurried = hurry.signal.aborted;
			// Only a booked batch has left the lag; after one that was given up nothing more is tried.
			if (hurried && (!(await booked) || unread(from) <= 0)) return undefined;
			try {
				return hurried
					? await from.read({ ...limit, lingerMs: 0 }, stop.signal)
					: await from.read(limit, hurry.signal);
			} catch (error) {
				if (hurry.signal.aborted && !hurried) continue;
				state = "retrying";
				fail("read_failed", `the trail cannot be read: ${messageOf(error)}`, error);
				if (hurried) return undefined;
				await pause(system.timers, wait, hurry.signal, stop.signal);
				wait = Math.min(wait * 2, times.retryCapMs);
			}
		}
		return undefined;
	};

	const carry = async (batch: Batch): Promise<Delivered> => {
		const result = await deliver(sink, batch.events, {
			system,
			times,
			hurry: hurry.signal,
			stop: stop.signal,
			tried: (now, failure) => tried(batch, now, failure),
			refuse: (some) => deadLetters.write(some),
		});
		// What ends with a refusal is over, too.
		if (result.undelivered === 0) tried(batch, "delivering");
		return result;
	};

	/** Records in the trail what is among the dead letters, whatever became of the batches before. */
	const noteRefused = async (refusedNow: readonly Refused[]): Promise<void> => {
		if (refusedNow.length === 0) return;
		refusals.add(refusedNow);
		try {
			await options.recordRefused(refusedNow);
		} catch (error) {
			fail("trail_failed", `its refusals cannot be recorded: ${messageOf(error)}`, error);
		}
	};

	/** Books a delivered batch: refusals into the trail, then the cursor. False = given up, the cursor stays. */
	const settle = async (
		batch: Batch,
		result: Delivered,
		from: TrailReader,
		whole: boolean,
	): Promise<boolean> => {
		delivered += result.delivered;
		refused += result.refused.length;
		await noteRefused(result.refused);
		if (!whole || result.undelivered > 0) return false;
		try {
			await from.commit(batch.end);
			committedTo(batch.end);
		} catch (error) {
			// The next commit covers this one; until then a restart delivers again.
			fail("commit_failed", `the cursor cannot be made durable: ${messageOf(error)}`, error);
		}
		return true;
	};

	const run = async (): Promise<void> => {
		let from = reader;
		while (from === undefined) {
			if (hurry.signal.aborted) return;
			await pause(system.timers, times.holdMs, hurry.signal);
			from = await tryOpen();
		}
		const underWay = new Set<Promise<boolean>>();
		const bookings: Promise<boolean>[] = [];
		let ahead: Promise<Batch | undefined> | undefined;
		let going = true;
		while (going) {
			const batch = await (ahead ?? next(from));
			ahead = undefined;
			if (batch === undefined) break;
			took(batch);
			const result = carry(batch);
			const before = booked;
			// Cursors move in the order of the trail, however many batches are under way.
			booked = (async () => {
				const [outcome, whole] = [await result, await before];
				return settle(batch, outcome, from, whole);
			})();
			bookings.push(booked);
			const carried = result
				.then(
					({ undelivered }) => undelivered === 0,
					() => false,
				)
				.finally(() => underWay.delete(carried));
			underWay.add(carried);
			// A full batch is read while the sink works; one that is not may still grow.
			if (unread(from) >= limit.events) ahead = next(from);
			// Whichever comes first makes room for the next, within what may wait for the cursor.
			if (underWay.size >= inFlight) going = await Promise.race(underWay);
			if (bookings.length > inFlight) going = ((await bookings.shift()) ?? true) && going;
		}
		await ahead;
		await booked;
	};

	return {
		sink,
		async open() {
			await tryOpen();
		},
		start() {
			running ??= run().catch((error: unknown) => {
				state = "holding";
				fail("read_failed", messageOf(error), error);
			});
		},
		health: () => ({
			sink: sink.name,
			state: health(),
			lagEvents: reader?.lag() ?? options.recorded(),
			delivered,
			refused,
			retries,
			...(lastError === undefined ? {} : { lastError }),
		}),
		async reached(position, signal) {
			if (reader === undefined) {
				const why = `sink ${sink.name}: its cursor is not open`;
				throw new AuditError("read_failed", `${why}; see health().lanes`);
			}
			const passed = await unlessAborted(reader.passed(position, signal), signal);
			if (passed === late) throw signal.reason;
			return !refusals.has(position);
		},
		async drain() {
			hurry.abort();
			await running;
			state = "closed";
			return reader?.lag() ?? options.recorded();
		},
		stop: () => stop.abort(),
		async finish() {
			await deadLetters.close();
			await reader?.close();
		},
	};
}
