import { chain, type Chain } from "./chain.ts";
import { type FaultDetail, faultList, type OpenFault, type Place, setRange } from "./fault.ts";
import { judgeTestimonies } from "./judge-testimonies.ts";
import { headIndex } from "./head-index.ts";
import { hashOf, readLink } from "./line.ts";
import { type Line, lineSplitter, type LineSplitter } from "./lines.ts";
import { isIntact, names, type Reading } from "./reading.ts";
import { type KnownHead, type Note, streamReports, type VerifyReport } from "./report.ts";
import { seen } from "./seen.ts";
import { strayList } from "./strays.ts";
import { readTestimony, testimonies, type Testimony } from "./testimony.ts";

/** What is verified, and against what. */
export interface VerifyOptions {
	/**
	 * `trail` = the folder of a trail, where every line is written once. `copy` = what a sink kept: an exact repeat
	 * (at-least-once delivery) is a note, and blank lines are ignored.
	 * @default "copy"
	 */
	readonly context?: "trail" | "copy";
	/** True: the input is a part of something longer, so that a missing beginning is no fault. @default false */
	readonly excerpt?: boolean;
	/** Records known from elsewhere to have existed: in a sink, a checkpoint, a note. */
	readonly heads?: readonly KnownHead[];
	/** A longer line is `malformed`. @default 1_048_576 */
	readonly maxLineBytes?: number;
	/** Faults and notes listed one by one; all are counted. @default 100 */
	readonly maxListed?: number;
	/** Streams followed at once; records of further ones are counted as not judged. @default 65_536 */
	readonly maxStreams?: number;
}

/** A file, or another piece of input that begins at the beginning of a line. */
export interface Source {
	/** Comes back as {@link Place.file}. */
	readonly name?: string;
	/** The only stream whose records may stand there. */
	readonly streamId?: string;
	/** How its writer ended that stream, as the trail's folder says: a stream that ends elsewhere is at fault. */
	readonly ended?: { readonly sequence: number; readonly hash?: string };
	/** True: it is still being written, so that a partial last line is no fault. */
	readonly live?: boolean;
}

/** A verification under way. */
export interface Verifier {
	/** What was read so far. */
	readonly progress: { readonly bytes: number; readonly lines: number; readonly faults: number };
	/** Begins another source; a line does not go on from one source to the next. */
	begin(source: Source): void;
	push(chunk: Uint8Array): void;
	/** Judges what was left open. */
	end(): VerifyReport;
}

/** Records whose hashes are remembered, to tell a repeat from a fork. */
const REMEMBERED_RECORDS = 65_536;

/** Where two records stand on one line: within a JSON string these characters would be escaped. */
const JOINT = Buffer.from('"}}{"');

/**
 * Verifies records as they come, in memory that does not grow with their number: every hash over the stored bytes,
 * every link, and any number of streams, interleaved as they like.
 *
 * @example
 * ```ts
 * import { createReadStream } from "node:fs";
 * import { verifier } from "@mcp-trail/integrity";
 *
 * const verification = verifier({ context: "trail" });
 * verification.begin({ name: "a.ndjson" });
 * const chunks: AsyncIterable<Uint8Array> = createReadStream("a.ndjson");
 * for await (const chunk of chunks) verification.push(chunk);
 * const { faults, anchored } = verification.end();
 * console.error(anchored, faults);
 * ```
 */
export function verifier(options: VerifyOptions = {}): Verifier {
	const { context = "copy", heads = [], maxLineBytes = 1_048_576 } = options;
	const { maxListed = 100, maxStreams = 65_536, excerpt = false } = options;
	const faults = faultList(maxListed);
	const chains = new Map<string, Chain>();
	const headsOf = headIndex();
	const said = testimonies(maxStreams);
	const damaged = new Set<string>();
	const live = new Set<string>();
	const notes: Note[] = [];
	let noteCount = 0;
	let lines = 0;
	let bytesRead = 0;
	let unjudged = 0;
	let source: Source = {};

	const note = (worthKnowing: Note): void => {
		noteCount++;
		if (notes.length < maxListed) notes.push(worthKnowing);
	};

	const chainContext = {
		faults,
		seen: seen(REMEMBERED_RECORDS),
		strays: strayList(),
		repeated({ streamId, sequence, place }: Reading): void {
			if (context === "trail") faults.add({ class: "duplicate", streamId, sequence, place });
			else note({ kind: "duplicate", streamId, sequence, place });
		},
	};

	const chainOf = (streamId: string): Chain | undefined => {
		const known = chains.get(streamId);
		if (known !== undefined) return known;
		if (chains.size >= maxStreams) return undefined;
		const fresh = chain(streamId, ++chainsMade, chainContext);
		for (const head of heads)
			if (head.streamId === streamId) fresh.expect(head.sequence, head.hash);
		chains.set(streamId, fresh);
		headsOf.touch(fresh);
		return fresh;
	};
	let chainsMade = 0;

	const remove = (gone: Chain): void => {
		chains.delete(gone.streamId);
		headsOf.drop(gone);
	};

	const receiveInto = (of: Chain, reading: Reading): void => {
		of.receive(reading);
		headsOf.touch(of);
	};

	const occupyIn = (of: Chain, reading: Reading, fault: OpenFault): void => {
		of.occupy(reading, fault);
		headsOf.touch(of);
	};

	const onLine = (line: Line): void => {
		lines++;
		const { bytes, terminated } = line;
		const { name } = source;
		const place: Place = {
			...(name !== undefined && { file: name }),
			line: line.line,
			byteOffset: line.byteOffset,
		};
		if (!terminated && source.live === true) note({ kind: "in_progress", place });
		else if (line.length === 0 && context === "copy") return;
		else if (line.length > maxLineBytes) malformed(place, "too_long");
		else if (!readRecord(bytes, place)) malformed(place, terminated ? undefined : "torn");
	};

	const malformed = (place: Place, detail?: FaultDetail): void => {
		const fault = faults.add({ class: "malformed", ...(detail && { detail }), place });
		const own = source.streamId === undefined ? undefined : chainOf(source.streamId);
		(own ?? chainContext).strays.add({ fault, ordinal: lines });
	};

	const readRecord = (bytes: Uint8Array, place: Place): boolean => {
		const link = readLink(bytes);
		if (link === undefined) return false;
		const computed = hashOf(bytes);
		if (computed !== link.hash && readJoined(bytes, place)) return true;
		receive(Object.assign(link, { computed, place, ordinal: lines }), bytes);
		return true;
	};

	/** Reads an intact record and what follows it on the same line. */
	const readJoined = (bytes: Uint8Array, place: Place): boolean => {
		const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(JOINT) + 3;
		if (at < 3) return false;
		const first = bytes.subarray(0, at);
		const link = readLink(first);
		if (link === undefined || hashOf(first) !== link.hash) return false;
		const { streamId, sequence } = link;
		faults.add({ class: "malformed", detail: "joined", streamId, sequence, place });
		readRecord(first, place);
		const rest = { ...place, byteOffset: place.byteOffset + at };
		if (!readRecord(bytes.subarray(at), rest)) malformed(rest);
		return true;
	};

	/** The records are gone; that they were damaged stays known, and is named once however often it was said. */
	const nameDamaged = ({ streamId, sequence }: Testimony, from: number): void => {
		const key = `${streamId}/${from}-${sequence}`;
		if (damaged.has(key)) return;
		if (damaged.size < maxStreams) damaged.add(key);
		setRange(faults.add({ class: "edited", detail: "pruned", streamId }), from, sequence);
	};

	const receive = (reading: Reading, bytes: Uint8Array): void => {
		const { streamId, sequence, place } = reading;
		const own = chainOf(source.streamId ?? streamId);
		if (own === undefined) {
			unjudged++;
			return;
		}
		const intact = isIntact(reading);
		if (source.streamId !== undefined && streamId !== source.streamId && intact) {
			const fault = faults.add({ class: "wrong_stream", streamId, sequence, place });
			if (names(own.head, reading)) occupyIn(own, reading, fault);
			return;
		}
		const { previousHash } = reading;
		// The stream whose last record this one names, whatever stream it says it is of.
		if (source.streamId === undefined && previousHash !== undefined && !names(own.head, reading)) {
			const other = headsOf.find(previousHash);
			if (other !== undefined) {
				relocate(reading, own, other);
				return;
			}
		}
		if (intact) {
			const testimony = readTestimony(bytes, reading);
			if (testimony !== undefined) said.add(testimony);
			if (testimony?.damagedFrom !== undefined) nameDamaged(testimony, testimony.damagedFrom);
		}
		receiveInto(own, reading);
	};

	/** Deals with a record that says it is of one stream and continues another. */
	const relocate = (reading: Reading, own: Chain, other: Chain): void => {
		if (own.records === 0) remove(own);
		const { streamId, sequence, place } = reading;
		const { suspect, first, records } = other;
		if (own.records === 0 && records === 1 && suspect?.class === "edited" && first) {
			// It was the other one whose stream was edited: record 1 of this stream.
			remove(other);
			suspect.streamId = streamId;
			const renamed = chainOf(streamId);
			if (renamed === undefined) return;
			occupyIn(renamed, first, suspect);
			receiveInto(renamed, reading);
		} else if (isIntact(reading)) {
			const fault = faults.add({ class: "wrong_stream", streamId, sequence, place });
			occupyIn(other, reading, fault);
		} else receiveInto(other, reading);
	};

	let splitter: LineSplitter = lineSplitter(maxLineBytes, onLine);

	return {
		get progress() {
			return { bytes: bytesRead, lines, faults: faults.count };
		},
		begin(next) {
			splitter.end();
			splitter = lineSplitter(maxLineBytes, onLine);
			source = next;
			const { streamId, ended } = next;
			if (streamId !== undefined && next.live === true) live.add(streamId);
			if (streamId !== undefined && ended !== undefined)
				said.add({ kind: "ended", streamId, ...ended });
		},
		push(chunk) {
			bytesRead += chunk.length;
			splitter.push(chunk);
		},
		end() {
			splitter.end();
			judgeTestimonies({ chains, testimonies: said, heads, context, excerpt, faults, note });
			const streams = streamReports(chains, heads, said, live);
			return {
				lines,
				bytes: bytesRead,
				records: streams.reduce((sum, { records }) => sum + records, 0),
				streams,
				faultCount: faults.count,
				faultCounts: faults.countsByClass(),
				faults: faults.listed(),
				noteCount,
				notes,
				unjudged,
				anchored: streams.length > 0 && streams.every(({ anchoredTo }) => anchoredTo !== undefined),
			};
		},
	};
}
