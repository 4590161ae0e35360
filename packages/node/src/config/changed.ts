import { constants, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Audit } from "@mcp-trail/audit";
import { severityOf, type StoredEvent } from "@mcp-trail/event";

/** Named by UUIDv7: the newest is the last by name. */
const STREAM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_STREAMS = 32;
/** `trail.started` is the first record, or stands right behind what was recovered. */
const MAX_BYTES = 65_536;

/** What is compared with the start before. */
export interface StartedConfig {
	/** The trail's folder. */
	readonly dir: string;
	readonly service: string;
	readonly digest: string;
	readonly source: string;
}

/**
 * Records `trail.config_changed` where the last start of this service in the trail's folder, of the newest 32
 * streams, worked by another configuration. Never rejects: what cannot be read is not compared.
 */
export async function tellConfigChanged(audit: Audit, now: StartedConfig): Promise<void> {
	try {
		await audit.ready;
		const { state, trail } = audit.health();
		if (state !== "open" || trail === undefined) return;
		const previous = await lastDigest(now, trail.streamId);
		if (previous === undefined || previous === now.digest) return;
		audit.record({
			type: "trail.config_changed",
			severity: severityOf("trail.config_changed"),
			config: {
				digest: now.digest,
				policy_digest: audit.policy.digest,
				previous_digest: previous,
				source: now.source,
			},
		});
	} catch {
		// Each start has its own digest all the same.
	}
}

async function lastDigest(
	{ dir, service }: StartedConfig,
	ownStream: string,
): Promise<string | undefined> {
	const streams = (await readdir(dir)).filter((name) => STREAM.test(name) && name !== ownStream);
	for (const stream of streams.toSorted().toReversed().slice(0, MAX_STREAMS)) {
		// Retention may take it away meanwhile.
		const text = await beginning(join(dir, stream)).catch(() => "");
		const digests = text.split("\n").flatMap((line) => digestOf(line, service));
		if (digests.length > 0) return digests.at(-1);
	}
	return undefined;
}

async function beginning(folder: string): Promise<string> {
	const [first] = (await readdir(folder)).filter((name) => name.endsWith(".ndjson")).toSorted();
	if (first === undefined) return "";
	const file = await open(join(folder, first), constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
		return buffer.toString("utf8", 0, bytesRead);
	} finally {
		await file.close();
	}
}

function digestOf(line: string, service: string): readonly string[] {
	if (!line.includes('"config":{')) return [];
	try {
		const { config, producer }: StoredEvent = JSON.parse(line);
		return config !== undefined && producer.service === service ? [config.digest] : [];
	} catch {
		// The last line of what was read is cut.
		return [];
	}
}
