import type { Exchange, Observation } from "../observer.ts";
import { isRequestId } from "./frame.ts";

/** Notifications that belong to one request: how many passed while it was open. */
export interface Noted {
	progress: number;
	log: number;
}

/** A request that is open on a transport, and who watches it. */
export interface Entry {
	readonly exchange: Exchange;
	readonly observations: readonly Observation[];
	/** The request's callback was entered. */
	entered: boolean;
	/** The callback threw or rejected. */
	threw: boolean;
	/** The caller's own signal, where the call was seen; `null` = the call was seen and had none. */
	signal: AbortSignal | null | undefined;
	/** The request waits in front of the SDK and has not reached it. */
	held: boolean;
	/** True once the entry has left its table. */
	gone: boolean;
	/** Absent until the first notification that belongs to it. */
	noted: Noted | undefined;
	/** What it was answered with, once it was. */
	answer: "result" | "other" | undefined;
	/** Of the fetch that carries it. */
	body: unknown;
	/** The progress token its request gave out. */
	readonly token: string | number | undefined;
}

/** The open requests of one direction of one transport, oldest first. */
export interface Exchanges {
	// No getter: an object literal with one is a dictionary in V8, and one is made for each server of a request.
	size(): number;
	open(entry: Entry): void;
	/** The oldest entry, if there is room for no other. */
	overflowing(): Entry | undefined;
	/** Takes out the entry that the SDK would match with a response of this id: raw first, then as a number. */
	answer(id: unknown): Entry | undefined;
	/** The entry under exactly this id. */
	get(id: unknown): Entry | undefined;
	/** The entry whose request gave out this progress token, as the SDK would match it. */
	byToken(token: unknown): Entry | undefined;
	/** Takes out one entry, if it is still open. */
	take(entry: Entry): boolean;
	/** Takes out everything that began before. */
	expire(beforeMs: number): readonly Entry[];
	clear(): readonly Entry[];
}

const NOTHING: readonly Entry[] = [];
const NONE: Map<string | number, Entry> = new Map();

/** Makes a table of open requests of at most `maxOpen` entries. */
export function exchanges(maxOpen: number): Exchanges {
	// A server's connection may be made for one request, and asks nothing of its client.
	let open: Map<string | number, Entry> = NONE;
	let tokens: Map<string | number, Entry> | undefined;
	const remove = (id: string | number, entry: Entry): Entry => {
		open.delete(id);
		entry.gone = true;
		const { token } = entry;
		if (token !== undefined && tokens?.get(token) === entry) tokens.delete(token);
		return entry;
	};
	return {
		size: () => open.size,
		open(entry) {
			if (open === NONE) open = new Map();
			open.set(entry.exchange.id, entry);
			if (entry.token !== undefined) (tokens ??= new Map()).set(entry.token, entry);
		},
		overflowing: () => (open.size < maxOpen ? undefined : open.values().next().value),
		answer(id) {
			// A null id must not become request 0 (Number(null) is 0): only what may be an id is converted.
			if (!isRequestId(id)) return undefined;
			const key = open.has(id) ? id : Number(id);
			const entry = open.get(key);
			return entry && remove(key, entry);
		},
		get: (id) => (isRequestId(id) ? open.get(id) : undefined),
		byToken: (token) =>
			isRequestId(token) ? (tokens?.get(token) ?? tokens?.get(Number(token))) : undefined,
		take(entry) {
			if (entry.gone) return false;
			remove(entry.exchange.id, entry);
			return true;
		},
		expire(beforeMs) {
			const old: Entry[] = [];
			for (const [id, entry] of open) {
				if (entry.exchange.startMs >= beforeMs) break;
				old.push(remove(id, entry));
			}
			return old;
		},
		clear() {
			if (open.size === 0) return NOTHING;
			const all = [...open.values()];
			for (const entry of all) entry.gone = true;
			open.clear();
			tokens?.clear();
			return all;
		},
	};
}
