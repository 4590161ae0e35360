import type { Fault, FaultClass, FaultDetail, Note, StreamReport } from "@mcp-trail/integrity";
import { escape } from "../escape.ts";
import { count, size } from "../numbers.ts";
import { headText } from "../known-heads.ts";
import type { Judgement } from "./judge.ts";

/** Streams listed one by one. */
const MAX_STREAMS = 20;

const says: Readonly<Record<FaultClass, string>> = {
	edited: "was changed after it was written: its bytes do not give the hash stated for it",
	removed: "missing: the records around are there",
	inserted: "was put there: it links to nothing",
	reordered: "stands after the record that follows it",
	head_missing: "missing at the beginning, and no trail.pruned says why",
	tail_missing: "missing at the end: known to have existed",
	forked: "exists twice with different content, or differs from the known head",
	duplicate: "is there twice",
	wrong_stream: "stands in another stream",
	malformed: "is no record",
};

const details: Readonly<Record<FaultDetail, string>> = {
	torn: "the input ends within the line",
	too_long: "the line is too long",
	joined: "the line feed behind it is missing",
	too_far_back: "so far back that the two cannot be compared",
	stream_missing: "nothing of the stream is there",
	pruned: "found damaged, and removed since to make room, as trail.pruned says",
};

/** The report for a person. */
export function textReport({ report, verdict, obstacles }: Judgement): string {
	const { streams, faults, faultCount, notes, noteCount } = report;
	const read = `${count(report.records, "record")} in ${count(streams.length, "stream")}, ${size(report.bytes)}`;
	const anchor = report.anchored ? "anchored" : "consistent only";
	const faulty = new Set(faults.map(({ streamId }) => streamId));
	const headline = {
		good: `GOOD (${anchor}): ${read}`,
		faults: `${count(faultCount, "FAULT")}: ${read}`,
		not_judged: `NOT JUDGED: ${read}`,
	}[verdict];
	return [
		headline,
		"",
		...streams.slice(0, MAX_STREAMS).map((stream) => streamLine(stream, faulty)),
		...more(streams.length, MAX_STREAMS, "stream"),
		...section("Faults", faults.flatMap(faultLines), more(faultCount, faults.length, "fault")),
		...section("Notes", notes.map(noteLine), more(noteCount, notes.length, "note")),
		...section(
			"Could not be judged",
			obstacles.map((text) => `  ${escape(text, 1024)}`),
		),
		...(streams.some(({ end }) => end === "none") ? ["", ...endless] : []),
		...(verdict === "good" && !report.anchored ? ["", ...unanchored] : []),
		// The head of a trail that was tampered with is nothing to vouch for.
		...(verdict === "faults"
			? []
			: section("Heads, to be kept elsewhere and given back with --head", heads(streams))),
		"",
	].join("\n");
}

const unanchored = [
	"Consistent only: nothing was changed, removed or reordered in what is there. That nothing was cut",
	"off at the end, and that the streams were not rebuilt whole, only a head kept elsewhere can show",
	"(--head, a sink's copy).",
];

const ends: Readonly<Record<StreamReport["end"], string>> = {
	clean: "ended cleanly",
	open: "still open",
	none: "no clean end",
};

const endless = [
	"No clean end: the last record is not trail.stopped. The process was killed, or the end was cut",
	"off, or a copy does not hold it yet; trail.recovered in a later stream, or a head kept elsewhere,",
	"tells which.",
];

function heads(streams: readonly StreamReport[]): readonly string[] {
	if (streams.length > MAX_STREAMS) return [`  ${streams.length} streams; --json lists them all`];
	return streams.map(
		({ streamId, lastSequence: sequence, lastHash: hash }) =>
			`  ${headText({ streamId, sequence, hash })}`,
	);
}

function section(title: string, ...lines: readonly (readonly string[])[]): readonly string[] {
	const all = lines.flat();
	return all.length === 0 ? [] : ["", `${title}:`, ...all];
}

function more(all: number, listed: number, noun: string): readonly string[] {
	return all > listed ? [`  … and ${count(all - listed, `more ${noun}`)}`] : [];
}

function streamLine(stream: StreamReport, faulty: ReadonlySet<string | undefined>): string {
	const { streamId, firstSequence, lastSequence, anchoredTo } = stream;
	const anchor = faulty.has(streamId)
		? "faulty"
		: anchoredTo === undefined
			? "consistent only"
			: anchoredTo === lastSequence
				? "anchored"
				: `anchored up to ${anchoredTo}`;
	return `  ${streamId}  ${range(firstSequence, lastSequence)}  ${anchor}, ${ends[stream.end]}`;
}

function faultLines(fault: Fault): readonly string[] {
	const { class: of, detail, streamId, sequence, lastSequence, place } = fault;
	const what = sequence === undefined ? "line" : range(sequence, lastSequence ?? sequence);
	const why = detail === undefined ? says[of] : `${says[of]} (${details[detail]})`;
	const stream = streamId === undefined ? "" : ` of ${escape(streamId)}`;
	return [`  ${of.padEnd(12)} ${what}${stream} ${why}`, ...placeLines(place)];
}

function placeLines(place: Fault["place"]): readonly string[] {
	if (place === undefined) return [];
	const file = place.file === undefined ? "" : `${escape(place.file, 1024)}, `;
	return [`               ${file}line ${place.line}, byte ${place.byteOffset}`];
}

function noteLine({ kind, streamId, sequence, place }: Note): string {
	const record = sequence === undefined ? "" : ` record ${sequence}`;
	const stream = streamId === undefined ? "" : ` of ${escape(streamId)}`;
	const line = place === undefined ? "" : ` (line ${place.line})`;
	const text = {
		duplicate: `repeated:${record}${stream}${line}; at-least-once delivery does that`,
		in_progress: `in progress: the last line${line} is still being written`,
		pruned: `pruned by retention: everything up to${record}${stream}`,
		recovered: `recovered: the end${stream} is${record}`,
	}[kind];
	return `  ${text}`;
}

function range(from: number, to: number): string {
	return from === to ? `record ${from}` : `records ${from} to ${to}`;
}
