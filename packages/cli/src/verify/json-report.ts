import type { Fault, Note, Place } from "@mcp-trail/integrity";
import { headText } from "../known-heads.ts";
import type { Judgement } from "./judge.ts";

/** The report for programs: one JSON object, members in snake_case as in the events. */
export function jsonReport({ report, verdict, obstacles }: Judgement): string {
	const value = {
		verdict,
		anchored: report.anchored,
		records: report.records,
		lines: report.lines,
		bytes: report.bytes,
		streams: report.streams.map(({ lastHash, ...stream }) => ({
			stream_id: stream.streamId,
			records: stream.records,
			first_sequence: stream.firstSequence,
			last_sequence: stream.lastSequence,
			end: stream.end,
			head: headText({
				streamId: stream.streamId,
				sequence: stream.lastSequence,
				hash: lastHash,
			}),
			...(stream.anchoredTo !== undefined && { anchored_to: stream.anchoredTo }),
		})),
		fault_count: report.faultCount,
		fault_counts: report.faultCounts,
		faults: report.faults.map(faultJson),
		note_count: report.noteCount,
		notes: report.notes.map(noteJson),
		not_judged: obstacles,
	};
	return `${JSON.stringify(value, undefined, 2)}\n`;
}

function faultJson({ class: of, detail, streamId, sequence, lastSequence, place }: Fault): object {
	return {
		class: of,
		...(detail && { detail }),
		...(streamId !== undefined && { stream_id: streamId }),
		...(sequence !== undefined && { sequence }),
		...(lastSequence !== undefined && { last_sequence: lastSequence }),
		...placeJson(place),
	};
}

function noteJson({ kind, streamId, sequence, place }: Note): object {
	return {
		kind,
		...(streamId !== undefined && { stream_id: streamId }),
		...(sequence !== undefined && { sequence }),
		...placeJson(place),
	};
}

function placeJson(place?: Place): object {
	if (place === undefined) return {};
	const { file, line, byteOffset } = place;
	return { ...(file !== undefined && { file }), line, byte_offset: byteOffset };
}
