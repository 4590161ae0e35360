import { messageOf } from "../audit-error.ts";
import type { RefusedItem, Verdict } from "../sink.ts";

/** Why a write did not deliver everything, as a lane understands it. */
export interface Failure {
	/** A `word`. */
	readonly code: string;
	readonly verdict: Verdict;
	readonly message: string;
	readonly retryAfterMs?: number;
	/** At least one; every index lies in the batch, rising, each once. */
	readonly items?: readonly RefusedItem[];
}

const isVerdict = (value: unknown): value is Verdict =>
	value === "retry" || value === "reject" || value === "hold";

/** The code as a `word`: what a sink calls its error in, say, upper case stays recognisable. */
function wordOf(code: unknown): string {
	const word =
		typeof code === "string"
			? code
					.toLowerCase()
					.replaceAll(/[^a-z0-9_]+/g, "_")
					.replace(/^[^a-z]+/, "")
					.slice(0, 64)
			: "";
	return word === "" ? "unknown" : word;
}

/** The list of refused items, if it can be believed whole; a list that cannot leaves the whole batch undelivered. */
function itemsOf(value: unknown, batchSize: number): readonly RefusedItem[] | undefined {
	if (!Array.isArray(value) || value.length === 0) return undefined;
	const byIndex = new Map<number, RefusedItem>();
	for (const item of value) {
		const index = item?.index;
		const verdict = item?.verdict;
		if (typeof index !== "number" || !Number.isInteger(index)) return undefined;
		if (index < 0 || index >= batchSize || byIndex.has(index) || !isVerdict(verdict)) {
			return undefined;
		}
		byIndex.set(index, { index, verdict, code: wordOf(item?.code) });
	}
	return [...byIndex.values()].toSorted((a, b) => a.index - b.index);
}

/** Reads what a sink rejected with, by shape; whatever is not a sink error is an unknown failure, to be retried. */
export function failureOf(thrown: unknown, batchSize: number): Failure {
	const unknown: Failure = { code: "unknown", verdict: "retry", message: messageOf(thrown) };
	try {
		if (typeof thrown !== "object" || thrown === null) return unknown;
		const read = (name: string): unknown => Reflect.get(thrown, name);
		const [code, verdict, retryAfterMs] = [read("code"), read("verdict"), read("retryAfterMs")];
		const list = read("items");
		if (!isVerdict(verdict)) return { ...unknown, code: wordOf(code) };
		const items = itemsOf(list, batchSize);
		// A list that makes no sense says nothing about which events are poison.
		const doubtful = list !== undefined && items === undefined;
		return {
			code: wordOf(code),
			verdict: doubtful && verdict === "reject" ? "retry" : verdict,
			message: unknown.message,
			...(typeof retryAfterMs === "number" && retryAfterMs > 0 ? { retryAfterMs } : {}),
			...(items === undefined ? {} : { items }),
		};
	} catch {
		return unknown;
	}
}
