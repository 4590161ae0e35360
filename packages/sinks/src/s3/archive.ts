import { setImmediate as nextTurn } from "node:timers/promises";
import type { RefusedItem } from "@mcp-trail/audit";
import type { SealedEvent } from "@mcp-trail/integrity";
import { httpFaults } from "../http/http-faults.ts";
import { sinkError } from "../sink-error.ts";
import type { Existing } from "./bucket-options.ts";
import type { ObjectFacts, Objects } from "./objects.ts";

/** How {@link archive} writes. */
export interface ArchiveOptions<Row> {
	readonly objects: Objects;
	readonly existing: Existing;
	/** Such as `.ndjson.gz`. */
	readonly suffix: string;
	readonly contentType: string;
	/** What an object holds of an event, and in which folder; an event for which it throws is refused. */
	entry(event: SealedEvent): ArchiveEntry<Row>;
	encode(rows: readonly Row[], signal: AbortSignal): Promise<Uint8Array>;
}

/** An event as it is written. */
interface ArchiveEntry<Row> {
	/** The start of the keys of all events that may share an object, ended by a slash. */
	readonly folder: string;
	readonly row: Row;
}

interface Item<Row> extends ArchiveEntry<Row> {
	readonly sealed: SealedEvent;
}

const STREAM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;
/** Enough that keys sort as numbers do, up to 2^53. */
const DIGITS = 16;
const MAX_KNOWN = 1_000;
/** Rows made before other work gets its turn. */
const ROWS_A_TURN = 250;

/**
 * Writes batches as objects, one for each folder, so that a repeated event meets the object it is in: a key is
 * made of the folder, the stream and the **first** sequence, and says nothing of where the object ends. Whoever
 * sends the same events again, in a batch cut anywhere, meets that key (`If-None-Match`), reads from the object's
 * facts where it ends, and goes on behind it. Facts hold the chain's hashes, so nobody who has not seen the events can
 * stand in for them; an object that does not hold the first event holds the lane.
 */
export function archive<Row>(
	options: ArchiveOptions<Row>,
): (batch: readonly SealedEvent[], signal: AbortSignal) => Promise<void> {
	const { objects, existing, suffix, contentType } = options;
	/** Facts of objects met lately: a batch of many objects that is sent again asks for none twice. */
	const known = new Map<string, ObjectFacts>();
	/** By folder and stream, the object that reaches behind a batch that ended within it, and its last event. */
	const reach = new Map<string, { key: string; last: number; lastHash: string | undefined }>();

	function know(key: string, said: ObjectFacts): void {
		known.set(key, said);
		for (const oldest of known.keys()) {
			if (known.size <= MAX_KNOWN) break;
			known.delete(oldest);
		}
	}

	async function looked(key: string, signal: AbortSignal): Promise<ObjectFacts> {
		const { facts: found, bytes } = await objects.look(key, signal);
		if (found["bytes"] !== String(bytes)) throw differs(key);
		return found;
	}

	const differs = (key: string) =>
		objects.failure(
			"object_differs",
			"hold",
			key,
			"exists and does not hold the event that belongs there. Find out who wrote it, then move it away",
		);

	/** How many of the events, from the first on, an object holds. */
	function held(key: string, found: ObjectFacts, items: readonly Item<Row>[]): number {
		const [first] = items;
		const end = items.at(-1);
		if (first === undefined || end === undefined) return 0;
		if (found["first-hash"] !== first.sealed.hash) throw differs(key);
		const last = Number(found["last"]);
		const events = Number(found["events"]);
		const inside = items.filter(({ sealed }) => sealed.sequence <= last);
		if (last > end.sealed.sequence) {
			// What it holds between is not seen here: only one without gaps is taken at its word.
			if (events !== last - first.sealed.sequence + 1) return 1;
			reach.set(laneOf(first), { key, last, lastHash: found["last-hash"] });
			return items.length;
		}
		const same = inside.length === events && inside.at(-1)?.sealed.hash === found["last-hash"];
		return same ? inside.length : 1;
	}

	const laneOf = ({ folder, sealed }: Item<Row>): string => `${folder}${sealed.stream}`;

	/** Leaves out what an object met before is known to hold. */
	function unreached(items: readonly Item<Row>[]): readonly Item<Row>[] {
		const [first] = items;
		if (first === undefined) return [];
		const lane = laneOf(first);
		const met = reach.get(lane);
		if (met === undefined) return items;
		const end = items.find(({ sealed }) => sealed.sequence === met.last);
		// The chain's hash there stands for all before it.
		if (end !== undefined && end.sealed.hash !== met.lastHash) throw differs(met.key);
		const rest = items.filter(({ sealed }) => sealed.sequence > met.last);
		if (rest.length > 0) reach.delete(lane);
		return rest;
	}

	async function store(all: readonly Item<Row>[], signal: AbortSignal): Promise<void> {
		for (let items = unreached(all); items.length > 0;) {
			const [first] = items;
			const last = items.at(-1);
			if (first === undefined || last === undefined) return;
			const { stream, sequence, hash } = first.sealed;
			const end = existing === "trust" ? `-${digits(last.sealed.sequence)}` : "";
			const key = `${laneOf(first)}-${digits(sequence)}${end}${suffix}`;
			let found = known.get(key);
			if (found === undefined) {
				const body = await options.encode(
					items.map(({ row }) => row),
					signal,
				);
				const said = {
					stream,
					first: String(sequence),
					last: String(last.sealed.sequence),
					events: String(items.length),
					"first-hash": hash,
					"last-hash": last.sealed.hash,
					bytes: String(body.byteLength),
				};
				const outcome = await objects.put({ key, body, contentType, facts: said }, signal);
				found = outcome === "stored" || existing === "trust" ? said : await looked(key, signal);
				know(key, found);
			}
			items = items.slice(held(key, found, items));
		}
	}

	return async (batch, signal) => {
		const groups = new Map<string, Item<Row>[][]>();
		const refused: RefusedItem[] = [];
		for (const [index, sealed] of batch.entries()) {
			if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
			signal.throwIfAborted();
			try {
				if (!STREAM.test(sealed.stream)) throw new TypeError("no stream id");
				const item = { ...options.entry(sealed), sealed };
				const runs = groups.get(laneOf(item)) ?? [[]];
				groups.set(laneOf(item), runs);
				runs.at(-1)?.push(item);
			} catch {
				refused.push({ index, verdict: "reject", code: "event_unprojectable" });
				// No object reaches over an event that it does not hold.
				for (const runs of groups.values()) runs.push([]);
			}
		}
		for (const runs of groups.values()) {
			for (const items of runs) await store(items, signal);
		}
		if (refused.length === 0) return;
		const { means, remedy } = httpFaults.event_unprojectable;
		const message = `${refused.length} of ${batch.length} events were not written: ${means} ${remedy}`;
		throw sinkError("event_unprojectable", "reject", message, { items: refused });
	};
}

const digits = (sequence: number): string => String(sequence).padStart(DIGITS, "0");
