import { canonicalize } from "@mcp-trail/integrity";
import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";

/** Identifiers of the agent-to-agent exchange within which a request was made. */
export interface A2aIds {
	readonly contextId?: string;
	readonly taskId?: string;
	readonly messageId?: string;
}

/** What a peer says of the operation its request belongs to: its own word, never evidence. */
export interface Claim {
	readonly operationId: string;
	/** Retry number, from 1. */
	readonly attempt?: number;
	/** Round of a request that is answered in several rounds, from 0. */
	readonly leg?: number;
	/** How many gateways it has passed. */
	readonly hop?: number;
	readonly turnId?: string;
	readonly conversationId?: string;
	/** The sender's own event about this very request. */
	readonly parentEventId?: string;
	readonly a2a?: A2aIds;
}

/** The version of the block that is written, and the newest that is known. */
const BLOCK_VERSION = "1.0";

const MAX_BLOCK_BYTES = 2048;
const MAX_ATTEMPT = 1_000_000;
const MAX_LEG = 1000;
const MAX_HOP = 64;

const VERSION = /^1\.(?:0|[1-9][0-9]{0,3})$/;
const OPAQUE = /^[!-~]{1,128}$/;

/** True for an opaque id of the extension: 1 to 128 visible ASCII characters. */
export const isOpaque = (value: unknown): value is string =>
	typeof value === "string" && OPAQUE.test(value);

const isWithin = (
	value: unknown,
	{ min, max }: { readonly min: number; readonly max: number },
): value is number => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;

const own = (block: JsonObject, name: string): unknown =>
	Object.hasOwn(block, name) ? block[name] : undefined;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Members of one kind; undefined where one of them is not what it has to be. */
function take<T extends string>(
	block: JsonObject,
	names: readonly T[],
	into: { [K in T]?: unknown },
	isValid: (value: unknown, name: T) => boolean,
): boolean {
	for (const name of names) {
		const value = own(block, name);
		if (value === undefined) continue;
		if (!isValid(value, name)) return false;
		into[name] = value;
	}
	return true;
}

const texts = ["turnId", "conversationId", "parentEventId"] as const;
const numbers = ["attempt", "leg", "hop"] as const;
const ranges = {
	attempt: { min: 1, max: MAX_ATTEMPT },
	leg: { min: 0, max: MAX_LEG },
	hop: { min: 0, max: MAX_HOP },
} as const;
const a2aTexts = ["contextId", "taskId", "messageId"] as const;

function a2aOf(value: unknown): A2aIds | undefined {
	if (!isObject(value)) return undefined;
	const ids: Writable<A2aIds> = {};
	return take(value, a2aTexts, ids, isOpaque) ? ids : undefined;
}

function read(block: JsonObject): Claim | undefined {
	const version = own(block, "v");
	const operationId = own(block, "operationId");
	if (typeof version !== "string" || !VERSION.test(version) || !isOpaque(operationId))
		return undefined;
	const claim: Writable<Claim> = { operationId };
	const isWhole =
		take(block, texts, claim, isOpaque) &&
		take(block, numbers, claim, (value, name) => isWithin(value, ranges[name]));
	if (!isWhole) return undefined;
	const a2a = own(block, "a2a");
	if (a2a === undefined) return claim;
	const ids = a2aOf(a2a);
	if (ids === undefined) return undefined;
	if (Object.keys(ids).length > 0) claim.a2a = ids;
	return claim;
}

const known: ReadonlySet<string> = new Set(["v", "operationId", "a2a", ...texts, ...numbers]);
const knownOfA2a: ReadonlySet<string> = new Set(a2aTexts);

function isAllKnown(block: JsonObject): boolean {
	for (const name in block) if (!known.has(name)) return false;
	const a2a = own(block, "a2a");
	if (isObject(a2a)) for (const name in a2a) if (!knownOfA2a.has(name)) return false;
	return true;
}

/**
 * Reads the block of a request's `_meta`. Total: anything a peer sends gives a whole, bounded claim, or none. Unknown
 * members are passed by; one known member that is malformed makes the block none.
 */
export function readClaim(block: unknown): Claim | undefined {
	try {
		if (!isObject(block)) return undefined;
		const claim = read(block);
		// Known members are so bounded that together they cannot be too long; only what is unknown is walked.
		if (claim === undefined || isAllKnown(block)) return claim;
		return "undigested" in canonicalize(block, { maxBytes: MAX_BLOCK_BYTES }) ? undefined : claim;
	} catch {
		return undefined;
	}
}

/** Writes a claim as the block of a request's `_meta`. What has counted to its end stays there: a loop is still joined. */
export function writeClaim(claim: Claim): JsonObject {
	const block: Writable<Claim> & { [other: string]: unknown } = { v: BLOCK_VERSION, ...claim };
	for (const name of numbers) {
		const value = block[name];
		if (value !== undefined && value > ranges[name].max) block[name] = ranges[name].max;
	}
	return block;
}
