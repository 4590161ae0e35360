import {
	changedFields,
	definitionDigest,
	fingerprint,
	isMaterial,
	type Fingerprint,
} from "./fingerprint.ts";
import { hiddenText, type HiddenText } from "./hidden-text.ts";
import type { JsonObject } from "../json-object.ts";
import { cursorKey, cutCopy, shortKey } from "../short-key.ts";

/** One definition that differs from what was known of it. */
export interface Change {
	readonly change: "added" | "removed" | "changed" | "reintroduced" | "renamed_suspect";
	/** The name (of a resource the URI) that lists show it under; of a long one the beginning. */
	readonly key: string;
	/** It is not the whole name. */
	readonly isCut?: boolean;
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

interface Known extends Pick<Change, "isCut" | "key"> {
	print: Fingerprint;
	isRemoved: boolean;
}

interface Memory {
	/** By {@link shortKey}. */
	readonly names: Map<string, Known>;
	/** Of what its names hold. */
	weight: number;
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
	readonly added: (Change & { readonly body: string })[];
	next: unknown;
}

const NOTHING: readonly Change[] = [];
const MAX_NAMES = 4096;
/** Over all scopes: of fingerprints about {@link FIXED_WEIGHT} each, and of the text that peers chose. */
const MAX_WEIGHT = 25_000_000;
const FIXED_WEIGHT = 500;
const MAX_KEY_LENGTH = 1024;

function weightOf({ key, print }: Known): number {
	let weight = FIXED_WEIGHT + key.length;
	for (const field of print.fields.keys()) weight += field.length;
	return weight;
}

/** A name as it is told later: its list may be long gone. */
const keyOf = (key: string): Pick<Change, "isCut" | "key"> =>
	key.length <= MAX_KEY_LENGTH ? { key } : { key: cutCopy(key, MAX_KEY_LENGTH), isCut: true };

function difference(known: Known, print: Fingerprint): Change | undefined {
	const isSame = known.print.digest === print.digest;
	if (isSame && !known.isRemoved) return undefined;
	const fields = changedFields(known.print, print);
	return {
		change: known.isRemoved ? "reintroduced" : "changed",
		...namedAs(known),
		digest: print.digest,
		previousDigest: known.print.digest,
		...(!isSame && { material: isMaterial(fields), fields }),
	};
}

const namedAs = ({ key, isCut }: Known): Pick<Change, "isCut" | "key"> => ({
	key,
	...(isCut === true && { isCut }),
});

/** Makes a memory of definitions; beyond its limits, the scope listed longest ago is forgotten. */
export function drift(maxScopes = 256): Drift {
	const scopes = new Map<string, Memory>();
	let held = 0;

	function memoryOf(scope: string): Memory {
		const known = scopes.get(scope);
		const memory: Memory = known ?? {
			names: new Map<string, Known>(),
			gone: new Set<string>(),
			weight: 0,
			isKnown: false,
			digest: undefined,
			round: undefined,
		};
		scopes.delete(scope);
		scopes.set(scope, memory);
		for (const [oldest, { weight }] of scopes) {
			if (scopes.size <= maxScopes && held <= MAX_WEIGHT) break;
			if (oldest === scope) break;
			scopes.delete(oldest);
			held -= weight;
		}
		return memory;
	}

	/** What is gone gives way first: it is the longest of no use. */
	function hold(memory: Memory, short: string, key: string, print: Fingerprint): boolean {
		const { names, gone } = memory;
		const add = (known: Known, sign: 1 | -1): void => {
			const weight = sign * weightOf(known);
			memory.weight += weight;
			held += weight;
		};
		const before = names.get(short);
		if (before === undefined && names.size >= MAX_NAMES) {
			const [longest] = gone;
			if (longest === undefined) return false;
			const forgotten = names.get(longest);
			if (forgotten) add(forgotten, -1);
			names.delete(longest);
			gone.delete(longest);
		}
		if (before) add(before, -1);
		const known: Known = { ...keyOf(key), print, isRemoved: false };
		names.set(short, known);
		add(known, 1);
		gone.delete(short);
		return true;
	}

	/** What a list does not show any more; what is new and does the same as one of those may be it. */
	function close(memory: Memory, { seen, added }: Round): readonly Change[] {
		const removed: Change[] = [];
		if (memory.isKnown)
			for (const [short, known] of memory.names) {
				if (known.isRemoved || seen.has(short)) continue;
				known.isRemoved = true;
				memory.gone.add(short);
				removed.push({ change: "removed", ...namedAs(known), previousDigest: known.print.digest });
			}
		const bodies = new Map<string, string>();
		for (const { print, isRemoved } of memory.names.values())
			if (isRemoved && print.body !== "") bodies.set(print.body, print.digest);
		const told = added.map(({ body, ...one }): Change => {
			const before = memory.isKnown ? bodies.get(body) : undefined;
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
				for (const { body: _ofThis, ...one } of memory.round?.added ?? []) changes.push(one);
				memory.round = { reader, seen: new Set(), added: [], next: cursorKey(cursor) };
			}
			const { round: open } = memory;
			const round = open?.reader === reader && open.next === cursorKey(cursor) ? open : undefined;
			if (round) round.next = cursorKey(next);
			for (const [key, item] of items) {
				const hash = definitionDigest(item);
				if (hash === undefined) continue;
				const short = shortKey(key);
				const known = memory.names.get(short);
				// Only of what is remembered it matters later: pages without end add nothing.
				if (known) round?.seen.add(short);
				if (known?.isRemoved === false && known.print.digest === hash) continue;
				const print = fingerprint(item, hash);
				const change = known && difference(known, print);
				const hidden = hiddenText(item);
				const collidesWith = known === undefined ? others(key) : [];
				const suspicious = {
					...(hidden.length > 0 && { hiddenText: hidden }),
					...(collidesWith.length > 0 && { collidesWith }),
				};
				// Of what cannot be remembered nothing is told: it would be news each time.
				if (!hold(memory, short, key, print)) continue;
				round?.seen.add(short);
				if (change) changes.push({ ...change, ...suspicious });
				// The first list is what others are held against: only what is suspicious by itself is told of it.
				else if (memory.isKnown || hidden.length > 0 || collidesWith.length > 0) {
					const one: Change = {
						change: "added",
						...keyOf(key),
						digest: print.digest,
						...suspicious,
					};
					if (round) round.added.push({ ...one, body: print.body });
					else changes.push(one);
				}
			}
			if (isLast && round) changes.push(...close(memory, round));
			return changes;
		},
	};
}
