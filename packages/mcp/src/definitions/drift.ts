import {
	changedFields,
	definitionDigest,
	fingerprint,
	isMaterial,
	type Fingerprint,
} from "./fingerprint.ts";
import { hiddenText, type HiddenText } from "./hidden-text.ts";
import type { JsonObject } from "../observer.ts";

/** One definition that differs from what was known of it. */
export interface Change {
	readonly change: "added" | "removed" | "changed" | "reintroduced" | "renamed_suspect";
	/** The name (of a resource the URI) that lists show it under. */
	readonly key: string;
	readonly digest?: string;
	readonly previousDigest?: string;
	readonly material?: boolean;
	readonly fields?: readonly string[];
	readonly hiddenText?: readonly HiddenText[];
	/** Other servers that offer a definition of this name. */
	readonly collidesWith?: readonly string[];
}

/** One page of a list. */
export interface Page {
	/** Whose definitions of what kind, for whom. */
	readonly scope: string;
	/** Who pages: only pages of one connection belong together. */
	readonly reader: object;
	readonly items: readonly (readonly [key: string, item: JsonObject])[];
	/** Of the whole list, where it came in one page. */
	readonly digest?: string | undefined;
	readonly isFirst: boolean;
	readonly isLast: boolean;
	/** By what it was asked for, and by what the page after it is: pages that two callers read do not get mixed. */
	readonly cursor?: unknown;
	readonly next?: unknown;
	/** Servers other than this one that offer such a name. */
	readonly others: (key: string) => readonly string[];
}

/** Remembers what lists have shown, also what they show no more. */
export interface Drift {
	/** What differs by this page; the first whole list of a scope is what later ones are held against. */
	listed(page: Page): readonly Change[];
}

interface Known {
	print: Fingerprint;
	isRemoved: boolean;
}

interface Memory {
	readonly names: Map<string, Known>;
	/** Which of the names are gone, the longest first. */
	readonly gone: Set<string>;
	/** A whole list has been seen. */
	isKnown: boolean;
	/** Of the whole list that was seen last. */
	digest: string | undefined;
	round: Round | undefined;
}

/** The pages of one list, while they come. */
interface Round {
	readonly reader: object;
	readonly seen: Set<string>;
	readonly added: Change[];
	next: unknown;
}

const NOTHING: readonly Change[] = [];
const MAX_SCOPES = 256;
const MAX_NAMES = 4096;
/** Over all scopes. */
const MAX_DEFINITIONS = 50_000;

function difference(known: Known, key: string, print: Fingerprint): Change | undefined {
	const isSame = known.print.digest === print.digest;
	if (isSame && !known.isRemoved) return undefined;
	const fields = changedFields(known.print, print);
	return {
		change: known.isRemoved ? "reintroduced" : "changed",
		key,
		digest: print.digest,
		previousDigest: known.print.digest,
		...(!isSame && { material: isMaterial(fields), fields }),
	};
}

/** Makes a memory of definitions; beyond its limits, the scope listed longest ago is forgotten. */
export function drift(): Drift {
	const scopes = new Map<string, Memory>();
	let held = 0;

	function memoryOf(scope: string): Memory {
		const known = scopes.get(scope);
		const memory: Memory = known ?? {
			names: new Map<string, Known>(),
			gone: new Set<string>(),
			isKnown: false,
			digest: undefined,
			round: undefined,
		};
		scopes.delete(scope);
		scopes.set(scope, memory);
		for (const [oldest, { names }] of scopes) {
			if (scopes.size <= MAX_SCOPES && held <= MAX_DEFINITIONS) break;
			if (oldest === scope) break;
			scopes.delete(oldest);
			held -= names.size;
		}
		return memory;
	}

	/** What is gone gives way first: it is the longest of no use. */
	function hold({ names, gone }: Memory, key: string, print: Fingerprint): boolean {
		if (!names.has(key)) {
			if (names.size >= MAX_NAMES) {
				const [longest] = gone;
				if (longest === undefined) return false;
				names.delete(longest);
				gone.delete(longest);
				held--;
			}
			held++;
		}
		names.set(key, { print, isRemoved: false });
		gone.delete(key);
		return true;
	}

	/** What a list does not show any more; what is new and does the same as one of those may be it. */
	function close(memory: Memory, { seen, added }: Round): readonly Change[] {
		const removed: Change[] = [];
		if (memory.isKnown)
			for (const [key, known] of memory.names) {
				if (known.isRemoved || seen.has(key)) continue;
				known.isRemoved = true;
				memory.gone.add(key);
				removed.push({ change: "removed", key, previousDigest: known.print.digest });
			}
		const bodies = new Map<string, string>();
		for (const { print, isRemoved } of memory.names.values())
			if (isRemoved && print.body !== "") bodies.set(print.body, print.digest);
		const told = added.map((one): Change => {
			const body = memory.names.get(one.key)?.print.body;
			const before = body === undefined || !memory.isKnown ? undefined : bodies.get(body);
			return before === undefined
				? one
				: { ...one, change: "renamed_suspect", previousDigest: before };
		});
		memory.isKnown = true;
		memory.round = undefined;
		return [...removed, ...told];
	}

	return {
		listed({ scope, reader, items, digest, isFirst, isLast, cursor, next, others }) {
			const memory = memoryOf(scope);
			const isWhole = isFirst && isLast;
			if (isWhole && digest !== undefined && digest === memory.digest) return NOTHING;
			memory.digest = isWhole ? digest : undefined;
			const changes: Change[] = [];
			if (isFirst) {
				// Pages of a list that nobody read to its end: what they added is told all the same.
				changes.push(...(memory.round?.added ?? []));
				memory.round = { reader, seen: new Set(), added: [], next: cursor };
			}
			const { round: open } = memory;
			const round = open?.reader === reader && open.next === cursor ? open : undefined;
			if (round) round.next = next;
			for (const [key, item] of items) {
				const hash = definitionDigest(item);
				if (hash === undefined) continue;
				round?.seen.add(key);
				const known = memory.names.get(key);
				if (known?.isRemoved === false && known.print.digest === hash) continue;
				const print = fingerprint(item, hash);
				const change = known && difference(known, key, print);
				const hidden = hiddenText(item);
				const collidesWith = known === undefined ? others(key) : [];
				const suspicious = {
					...(hidden.length > 0 && { hiddenText: hidden }),
					...(collidesWith.length > 0 && { collidesWith }),
				};
				// Of what cannot be remembered nothing is told: it would be news each time.
				if (!hold(memory, key, print)) continue;
				if (change) changes.push({ ...change, ...suspicious });
				// The first list is what others are held against: only what is suspicious by itself is told of it.
				else if (memory.isKnown || hidden.length > 0 || collidesWith.length > 0)
					(round?.added ?? changes).push({
						change: "added",
						key,
						digest: print.digest,
						...suspicious,
					});
			}
			if (isLast && round) changes.push(...close(memory, round));
			return changes;
		},
	};
}
