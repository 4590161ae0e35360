import type { AuditEvent } from "@mcp-trail/event";
import {
	type KnownHead,
	type Link,
	seal,
	type Source,
	verifier,
	type VerifyReport,
} from "@mcp-trail/integrity";
import type { Situation } from "./fault-table.ts";
import type { Random } from "./random.ts";

/** A stream as it is stored; each line with its line feed, one character a byte. */
export interface StoredStream {
	readonly streamId: string;
	lines: string[];
}

/** What a verifier is given: streams, and heads kept elsewhere. */
export interface World {
	/** The stream that is manipulated. */
	readonly target: StoredStream;
	readonly others: readonly StoredStream[];
	readonly heads: readonly KnownHead[];
}

/** One event: the verifier reads nothing of it but type, recovery and prune. */
export function eventOf(random: Random, members: object = {}): AuditEvent {
	const event: AuditEvent = JSON.parse(
		JSON.stringify({
			schema_version: "1.0",
			id: random.uuid(),
			time: "2026-11-20T10:15:30.123Z",
			type: "mcp.request",
			target: { kind: "tool", name: random.pick(["read", 'é„"}}{"', "wri\\te", "深"]) },
			labels: { note: random.hex(random.integer(1, 60)) },
			...members,
		}),
	);
	return event;
}

/** The stored line of an event. */
export function lineOf(event: AuditEvent, link: Link): string {
	return `${Buffer.from(seal(event, link).bytes).toString("latin1")}\n`;
}

/** What follows a line in its stream. */
export function linkAfter(line: string | undefined, streamId: string): Link {
	if (line === undefined) return { streamId, sequence: 1 };
	const { integrity } = parsed(line);
	return { streamId, sequence: integrity.sequence + 1, previousHash: integrity.hash };
}

/** A stored line as an object. */
export function parsed(line: string): {
	readonly integrity: {
		readonly sequence: number;
		readonly hash: string;
		readonly previous_hash?: string;
	};
} {
	const event: ReturnType<typeof parsed> = JSON.parse(Buffer.from(line, "latin1").toString());
	return event;
}

function append(stream: StoredStream, event: AuditEvent): void {
	stream.lines.push(lineOf(event, linkAfter(stream.lines.at(-1), stream.streamId)));
}

/** A stream of so many records. */
export function makeStream(random: Random, length: number): StoredStream {
	const stream: StoredStream = { streamId: random.uuid(), lines: [] };
	for (let record = 0; record < length; record++) append(stream, eventOf(random));
	return stream;
}

/** A target, streams beside it (one of them pruned), and what is known of the target's end. */
export function makeWorld(random: Random, last: number, end: Situation["end"]): World {
	const target = makeStream(random, last);
	const recoverer = makeStream(random, random.integer(1, 6));
	if (end === "recovered") {
		const recovery = {
			stream_id: target.streamId,
			last_sequence: last,
			clean_end: false,
			last_hash: parsed(target.lines.at(-1) ?? "").integrity.hash,
		};
		append(recoverer, eventOf(random, { type: "trail.recovered", recovery }));
	}
	const pruned = makeStream(random, random.integer(4, 12));
	const gone = random.integer(1, 3);
	const prune = {
		stream_id: pruned.streamId,
		first_sequence: 1,
		last_sequence: gone,
		last_hash: parsed(pruned.lines[gone - 1] ?? "").integrity.hash,
		reason: "disk_limit",
	};
	append(pruned, eventOf(random, { type: "trail.pruned", prune }));
	append(pruned, eventOf(random));
	pruned.lines.splice(0, gone);
	const others = [recoverer, pruned];
	const heads =
		end !== "head"
			? []
			: [target, ...others].map(({ streamId, lines }) => {
					const { sequence, hash } = parsed(lines.at(-1) ?? "").integrity;
					return { streamId, sequence, hash };
				});
	return { target, others, heads };
}

/** Verifies a world as a folder of segments or as one interleaved copy, in chunks of any size. */
export function verifyWorld(
	world: World,
	context: Situation["context"],
	random: Random,
	segments = random.integer(1, 4),
): VerifyReport {
	const verification = verifier({
		context: context === "folder" ? "trail" : "copy",
		heads: world.heads,
		maxListed: 10_000,
	});
	const feed = (source: Source, text: string): void => {
		verification.begin(source);
		const bytes = Buffer.from(text, "latin1");
		for (let from = 0; from < bytes.length;) {
			const to = from + random.integer(1, 4000);
			verification.push(bytes.subarray(from, to));
			from = to;
		}
	};
	const streams = [world.target, ...world.others];
	if (context === "copy") feed({}, interleave(streams, random).join(""));
	else
		for (const { streamId, lines } of streams) {
			const size = Math.max(1, Math.ceil(lines.length / segments));
			for (let from = 0; from < lines.length; from += size)
				feed(
					{ name: `${streamId}/${from}.ndjson`, streamId },
					lines.slice(from, from + size).join(""),
				);
		}
	return verification.end();
}

function interleave(streams: readonly StoredStream[], random: Random): readonly string[] {
	const left = streams.map(({ lines }) => [...lines]);
	const mixed: string[] = [];
	for (;;) {
		const some = left.filter((lines) => lines.length > 0);
		if (some.length === 0) return mixed;
		mixed.push(random.pick(some).shift() ?? "");
	}
}
