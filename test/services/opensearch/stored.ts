import { Readable } from "node:stream";
import { ecs } from "@mcp-trail/formats";
import { hashOf, type SealedEvent, verify } from "@mcp-trail/integrity";
import { expect } from "vitest";
import { trailLines } from "../kafka/trail-on-disk.ts";
import type { SearchClient } from "./client.ts";

/** How what a cluster holds compares with the events that were to be there. */
export interface Found {
	readonly events: number;
	/** Not there. */
	readonly lost: number;
	/** There more than once. */
	readonly doubled: number;
	/** There, and no event of ours or with other fields than its ECS projection and its stored line. */
	readonly foreign: number;
}

/** The events of stored lines, as a sink is given them. */
function sealedOf(lines: readonly Buffer[]): SealedEvent[] {
	return lines.map((bytes) => {
		const event = JSON.parse(bytes.toString());
		const { stream_id: stream, sequence } = event.integrity;
		return { stream, sequence, hash: hashOf(bytes), bytes, event };
	});
}

/** Every event of a trail's folder. */
export async function trailEvents(dir: string): Promise<SealedEvent[]> {
	return sealedOf([...(await trailLines(dir)).values()].flat());
}

/** Reads everything in an index back and compares it, field by field, with the events. */
export async function compareWithIndex(
	client: SearchClient,
	index: string,
	events: readonly SealedEvent[],
): Promise<Found> {
	const expected = new Map(events.map((event) => [event.event.id, event]));
	const seen = new Set<string>();
	let [doubled, foreign] = [0, 0];
	for (const { _id: id, _source: source } of await client.documents(index)) {
		const event = expected.get(id);
		if (seen.has(id)) doubled++;
		seen.add(id);
		if (event === undefined || !isProjection(source, event)) foreign++;
	}
	const lost = [...expected.keys()].filter((id) => !seen.has(id)).length;
	return { events: expected.size, lost, doubled, foreign };
}

function isProjection(
	source: { readonly event: { readonly original: string } },
	{ event, bytes }: SealedEvent,
): boolean {
	const { original, ...rest } = source.event;
	try {
		expect({ ...source, event: rest }).toEqual(ecs.project(event));
	} catch {
		return false;
	}
	return original === Buffer.from(bytes).toString();
}

/** Verifies the chain of the stored lines that an index gives back in the order of the stream. */
export async function verifyIndex(client: SearchClient, index: string) {
	const documents = await client.documents(index);
	return verify(
		Readable.from(documents.map(({ _source }) => Buffer.from(`${_source.event.original}\n`))),
	);
}
