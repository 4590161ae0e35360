import { inspectTrail, type InspectedStream, readSegments } from "@mcp-trail/audit";
import type { StoredEvent } from "@mcp-trail/event";
import { lineSplitter, readLine } from "@mcp-trail/integrity";
import { Failure } from "../failure.ts";

/** Names of the digest keys that a trail says it was recorded with. */
export interface KeysOfTrail {
	readonly configured: readonly string[];
	/** Random for the life of their process. */
	readonly ephemeral: readonly string[];
}

/** Reads the `trail.started` of every stream of a trail's folder. */
export async function keysOfTrail(dir: string): Promise<KeysOfTrail> {
	const { streams } = await inspectTrail(dir);
	const configured = new Set<string>();
	const ephemeral = new Set<string>();
	for (const stream of streams)
		for (const { config } of await firstEvents(stream))
			if (config?.digest_key !== undefined)
				(config.digest_key_ephemeral === true ? ephemeral : configured).add(config.digest_key);
	if (configured.size + ephemeral.size === 0)
		throw new Failure(
			`${dir} does not say which digest key it was recorded with. Leave --trail out to digest with the keys of the key file.`,
		);
	return { configured: [...configured], ephemeral: [...ephemeral] };
}

/** `trail.started` is the first record, or stands right behind what was recovered. */
const WITHIN_RECORDS = 100;

async function firstEvents({ segments }: InspectedStream): Promise<readonly StoredEvent[]> {
	const events: StoredEvent[] = [];
	const splitter = lineSplitter(1024 * 1024, ({ bytes }) => {
		const record = events.length < WITHIN_RECORDS ? readLine(Uint8Array.from(bytes)) : undefined;
		if (record !== undefined) events.push(record.event);
	});
	for await (const chunk of readSegments(segments.slice(0, 1))) {
		splitter.push(chunk);
		if (events.length >= WITHIN_RECORDS) break;
	}
	return events.filter(({ type }) => type === "trail.started" || type === "trail.config_changed");
}
