import { createHash } from "node:crypto";
import type { Hints } from "@mcp-trail/event";
import { canonicalize } from "@mcp-trail/integrity";
import { isObject } from "../hook/frame.ts";
import { cursorKey, shortKey } from "../short-key.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";

/** What a list said of one tool or prompt. */
export interface Definition {
	/** `sha256:<64 hex>` of its RFC 8785 form. */
	readonly digest?: string;
	readonly hints?: Hints;
	/** Top-level argument names its schema declares, each by its {@link shortKey}. */
	readonly keys: ReadonlySet<string>;
	/** Milliseconds since the epoch of the last list that showed it. */
	seenMs: number;
}

/** A list as it was learned. */
export interface Listed {
	readonly digest?: string;
	readonly size: number;
}

/** What was learned from lists, by server identity; private lists are never shared between principals. */
export interface Definitions {
	learn(
		exchange: Exchange,
		kind: "tool" | "prompt",
		result: JsonObject,
		member: string,
	): Listed | undefined;
	/** What lists say of a name. */
	look(exchange: Exchange, kind: string, name: unknown): Look;
}

/** What lists say of a name. */
interface Look {
	readonly definition?: Definition;
	/** False if complete lists were seen and none showed the name; absent if that cannot be said. */
	readonly known?: boolean;
}

const NOTHING: Look = {};

/** Where a list is kept. */
interface Place {
	readonly scope: string;
	readonly table: Map<string, List>;
}

/** A caller's own list, and everybody's. */
type Scopes = readonly [Place, Place];

interface List {
	names: Map<string, Definition>;
	/** Of what its names hold. */
	weight: number;
	complete: boolean;
	seenMs: number;
	digest: string | undefined;
	/** Of the page after the last one, while the pages that came followed each other. */
	next: unknown;
}

const MAX_LISTS = 512;
/** Lists of callers whose tokens nobody here checked: however many they show, the others' stay. */
const MAX_LOOSE_LISTS = 128;
const MAX_NAMES = 4096;
const MAX_KEYS = 256;
/** About what a definition takes beside the names of its arguments. */
const FIXED_WEIGHT = 500;
const MAX_LIST_WEIGHT = 8_000_000;
/** Over all lists. */
const MAX_WEIGHT = 32_000_000;
const MAX_BYTES = 4 * 1024 * 1024;
const TTL_MS = 24 * 60 * 60 * 1000;

function sha256(value: unknown): string | undefined {
	const canonical = canonicalize(value, { maxBytes: MAX_BYTES });
	if ("undigested" in canonical) return undefined;
	return `sha256:${createHash("sha256").update(canonical.text).digest("hex")}`;
}

function hintsOf(annotations: unknown): Hints | undefined {
	if (!isObject(annotations)) return undefined;
	const hints: { -readonly [K in keyof Hints]: Hints[K] } = {};
	const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
	if (typeof readOnlyHint === "boolean") hints.read_only = readOnlyHint;
	if (typeof destructiveHint === "boolean") hints.destructive = destructiveHint;
	if (typeof idempotentHint === "boolean") hints.idempotent = idempotentHint;
	if (typeof openWorldHint === "boolean") hints.open_world = openWorldHint;
	return Object.keys(hints).length > 0 ? hints : undefined;
}

function keysOf(item: JsonObject): ReadonlySet<string> {
	const schema = item["inputSchema"];
	if (isObject(schema) && isObject(schema["properties"]))
		return new Set(Object.keys(schema["properties"]).slice(0, MAX_KEYS).map(shortKey));
	const names = new Set<string>();
	const listed = item["arguments"];
	if (Array.isArray(listed))
		for (const argument of listed.slice(0, MAX_KEYS))
			if (isObject(argument) && typeof argument["name"] === "string")
				names.add(shortKey(argument["name"]));
	return names;
}

function weightOf({ keys }: Definition): number {
	let weight = FIXED_WEIGHT;
	for (const key of keys) weight += key.length + 32;
	return weight;
}

function definitionOf(item: JsonObject, seenMs: number): Definition {
	const digest = sha256(item);
	const hints = hintsOf(item["annotations"]);
	return {
		keys: keysOf(item),
		seenMs,
		...(digest !== undefined && { digest }),
		...(hints && { hints }),
	};
}

/** Makes the memory of one instrumentation. */
export function definitions(nowMs: () => number = Date.now): Definitions {
	const lists = new Map<string, List>();
	const looseLists = new Map<string, List>();
	let held = 0;
	const connections = new WeakMap<Connection, number>();
	let nextConnection = 1;
	const ownNames = new Set<string>();

	/**
	 * A server is itself by its own name, which one made for a single request says only in its answer: until then
	 * it is the only server of this instrumentation, or nobody. What a peer calls itself does not identify it, so
	 * its connection does.
	 */
	function identityOf({ connection }: Exchange): string | undefined {
		if (connection.role === "server") {
			const name = connection.server()?.name;
			if (name !== undefined && ownNames.size < MAX_LISTS) ownNames.add(name);
			const [only = ""] = ownNames;
			if (name === undefined && ownNames.size > 1) return undefined;
			return `server ${name ?? only}`;
		}
		let number = connections.get(connection);
		if (number === undefined) connections.set(connection, (number = nextConnection++));
		return `connection ${number}`;
	}

	function scopesOf(exchange: Exchange, kind: string): Scopes | undefined {
		const { auth, identity: asserted, tokenDigest } = exchange;
		const { iss = "", sub = "" } = auth?.claims ?? {};
		// Whom the claims do not name in text cannot be told from others: nothing is remembered for them.
		if (typeof iss !== "string" || typeof sub !== "string") return undefined;
		const { id, issuer, tenant } = asserted?.principal ?? {};
		const who =
			auth || asserted
				? shortKey(JSON.stringify([iss, sub, auth?.clientId, id, issuer, tenant]))
				: "";
		const identity = identityOf(exchange);
		if (identity === undefined) return undefined;
		const all = { scope: `${kind} ${identity} public`, table: lists };
		// What two tokens show may be lists of two principals, whether or not somebody here checked them.
		return who === "" && tokenDigest !== undefined
			? [{ scope: `${kind} ${identity} ${tokenDigest}`, table: looseLists }, all]
			: [{ scope: `${kind} ${identity} ${who}`, table: lists }, all];
	}

	function forget({ scope, table }: Place): void {
		held -= table.get(scope)?.weight ?? 0;
		table.delete(scope);
	}

	function live(place: Place, now: number): List | undefined {
		const list = place.table.get(place.scope);
		if (list === undefined || list.seenMs >= now - TTL_MS) return list;
		forget(place);
		return undefined;
	}

	function keep(place: Place, list: List): void {
		const { scope, table } = place;
		forget(place);
		table.set(scope, list);
		held += list.weight;
		// Where there is too much of all, lists of unchecked tokens go first.
		for (const [from, max] of [
			[looseLists, MAX_LOOSE_LISTS],
			[lists, MAX_LISTS],
		] as const)
			for (const oldest of from.keys()) {
				if (oldest === scope || (from.size <= max && held <= MAX_WEIGHT)) break;
				forget({ scope: oldest, table: from });
			}
	}

	return {
		learn(exchange, kind, result, member) {
			const items = result[member];
			if (!Array.isArray(items)) return undefined;
			const size = items.length;
			const seenMs = nowMs();
			const digest = sha256(items);
			const learned = digest === undefined ? { size } : { digest, size };
			const scopes = scopesOf(exchange, kind);
			if (scopes === undefined) return learned;
			const place = scopes[result["cacheScope"] === "public" ? 1 : 0];
			const before = live(place, seenMs);
			const cursor = exchange.params?.["cursor"];
			const first = cursor === undefined;
			const complete = result["nextCursor"] === undefined;
			if (first && complete && before?.complete === true && before.digest === digest) {
				before.seenMs = seenMs;
				for (const definition of before.names.values()) definition.seenMs = seenMs;
				return learned;
			}
			const goesOn = !first && before !== undefined;
			const names = goesOn ? before.names : new Map<string, Definition>();
			let weight = goesOn ? before.weight : 0;
			let isAll = true;
			for (const item of items.slice(0, MAX_NAMES)) {
				if (!isObject(item) || typeof item["name"] !== "string") continue;
				const short = shortKey(item["name"]);
				const definition = definitionOf(item, seenMs);
				const known = names.get(short);
				const more = weightOf(definition) - (known === undefined ? 0 : weightOf(known));
				isAll &&= names.size < MAX_NAMES && weight + more <= MAX_LIST_WEIGHT;
				if (!isAll) break;
				names.set(short, definition);
				weight += more;
			}
			// Of pages that two callers read in between each other nobody knows whether they are all.
			const follows = first || (before?.next !== undefined && before.next === cursorKey(cursor));
			const whole = complete && follows && isAll && names.size < MAX_NAMES;
			keep(place, {
				names,
				weight,
				complete: whole,
				seenMs,
				digest: first && complete ? digest : undefined,
				// After a page that could not be held whole, no page completes the list.
				next: follows ? (isAll ? cursorKey(result["nextCursor"]) : undefined) : before?.next,
			});
			return learned;
		},
		look(exchange, kind, name) {
			if (lists.size + looseLists.size === 0 || typeof name !== "string") return NOTHING;
			const scopes = scopesOf(exchange, kind);
			if (scopes === undefined) return NOTHING;
			const short = shortKey(name);
			let seen = false;
			let complete = true;
			for (const place of scopes) {
				const list = live(place, exchange.startMs);
				if (list === undefined) continue;
				const definition = list.names.get(short);
				if (definition) return { definition, known: true };
				seen = true;
				complete &&= list.complete;
			}
			return seen && complete ? { known: false } : NOTHING;
		},
	};
}
