import { followTrail, inspectTrail, type InspectedStream, readSegments } from "@mcp-trail/audit";
import { lineSplitter, readLine, type SealedEvent } from "@mcp-trail/integrity";
import { escape } from "../escape.ts";
import { Failure } from "../failure.ts";
import { lastLines } from "./last-lines.ts";
import type { TailWork } from "./tail-work.ts";

const MAX_LINE_BYTES = 1024 * 1024;
const POLL_MS = 200;

/** Shows the last events of all streams of a trail's folder by their time, then what any stream gets, new ones too. */
export async function tailFolder({ path, last, follow, show, io }: TailWork): Promise<void> {
	// Followed from before the look, so that nothing falls between the two; what both see is shown once.
	const reader = follow
		? await followTrail(path, {
				from: "newest",
				pollMs: POLL_MS,
				onError: ({ message }) => void io.stderr.write(`${escape(message, 1024)}\n`),
			})
		: undefined;
	const shown = new Map<string, number>();
	try {
		const { streams } = await inspectTrail(path);
		if (streams.length === 0 && !follow)
			throw new Failure(`${path} holds no stream. Name the folder a trail was opened with.`);
		const ends = await Promise.all(streams.map((stream) => lastOfStream(stream, last)));
		for (const event of byTime(ends.flat(), last)) {
			if (io.signal.aborted) return;
			await show(event.bytes);
		}
		for (const { stream, sequence } of ends.flat())
			shown.set(stream, Math.max(shown.get(stream) ?? 0, sequence));
		for (;;) {
			const limit = { events: 500, bytes: 1_000_000, lingerMs: 0 };
			const batch = io.signal.aborted ? undefined : await reader?.read(limit, io.signal);
			if (batch === undefined) return;
			for (const event of batch.events)
				if (event.sequence > (shown.get(event.stream) ?? 0)) await show(event.bytes);
			await reader?.commit(batch.end);
		}
	} catch (error) {
		if (!io.signal.aborted) throw error;
	} finally {
		await reader?.close();
	}
}

/** The last events of a stream, read from its last segments only. */
async function lastOfStream(
	{ segments }: InspectedStream,
	last: number,
): Promise<readonly SealedEvent[]> {
	let events: readonly SealedEvent[] = [];
	for (const segment of segments.toReversed()) {
		if (events.length >= last) break;
		const kept = lastLines(last - events.length);
		const splitter = lineSplitter(MAX_LINE_BYTES, ({ bytes }) => kept.add(bytes));
		for await (const chunk of readSegments([segment])) splitter.push(chunk);
		const records = kept.all().flatMap((line) => readLine(line) ?? []);
		events = [...records, ...events];
	}
	return events;
}

/** The last events of all streams in the order of their time; within a stream order is the sequence. */
function byTime(events: readonly SealedEvent[], last: number): readonly SealedEvent[] {
	const timed = events.map((event) => ({ event, time: timeOf(event) }));
	const ordered = timed.toSorted((one, other) =>
		one.event.stream === other.event.stream
			? one.event.sequence - other.event.sequence
			: one.time < other.time
				? -1
				: 1,
	);
	return ordered.slice(Math.max(0, ordered.length - last)).map(({ event }) => event);
}

function timeOf(event: SealedEvent): string {
	try {
		const time: unknown = event.event.time;
		return String(time);
	} catch {
		return "";
	}
}
