import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hashOf, readLink } from "@mcp-trail/integrity";
import type { StoredRecord } from "./read.ts";

/** The lines of every stream in a trail's folder, in the order of the stream. */
export async function trailLines(dir: string): Promise<Map<string, Buffer[]>> {
	const streams = new Map<string, Buffer[]>();
	for (const stream of await readdir(dir)) {
		const segments = (await readdir(join(dir, stream))).filter((name) =>
			/^\d{16}\.ndjson$/u.test(name),
		);
		const lines: Buffer[] = [];
		for (const segment of segments.toSorted()) {
			const text = await readFile(join(dir, stream, segment), "utf8");
			for (const line of text.split("\n")) if (line !== "") lines.push(Buffer.from(line));
		}
		streams.set(stream, lines);
	}
	return streams;
}

/** How what stands in a topic compares with the trail it came from. */
export interface Delivery {
	/** Events of the trail. */
	readonly events: number;
	/** Not in the topic. */
	readonly lost: number;
	/** In the topic, but not byte for byte a line of the trail. */
	readonly foreign: number;
	/** Records that repeat an earlier one, by `ce_id`. */
	readonly duplicates: number;
	/** First deliveries that stand behind a later event of the same key. */
	readonly outOfOrder: number;
	/** First deliveries whose hash or link is not that of the chain. */
	readonly unchained: number;
}

/** Compares a topic with a trail: completeness, bytes, order by key, and the chain where one key holds a stream. */
export function compareWithTrail(
	records: readonly StoredRecord[],
	streams: ReadonlyMap<string, readonly Buffer[]>,
	keyed: "stream" | "operation" = "stream",
): Delivery {
	const expected = new Set<string>();
	for (const lines of streams.values())
		for (const line of lines) expected.add(line.toString("latin1"));
	const events = expected.size;
	const seen = new Set<string | undefined>();
	const lastOfKey = new Map<string, { sequence: number; hash: string }>();
	let [foreign, duplicates, outOfOrder, unchained] = [0, 0, 0, 0];
	for (const { key, value, headers } of records) {
		const line = value?.toString("latin1") ?? "";
		const id = headers["ce_id"];
		if (seen.has(id)) {
			duplicates++;
			continue;
		}
		seen.add(id);
		if (!expected.delete(line)) foreign++;
		const link = value && readLink(value);
		if (!value || !link || hashOf(value) !== link.hash) {
			unchained++;
			continue;
		}
		const last = lastOfKey.get(String(key));
		if (last && link.sequence <= last.sequence) outOfOrder++;
		if (keyed === "stream" && link.previousHash !== last?.hash) unchained++;
		lastOfKey.set(String(key), link);
	}
	return { events, lost: expected.size, foreign, duplicates, outOfOrder, unchained };
}
