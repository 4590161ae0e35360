/** Names in a trail's folder: `<dir>/<stream id>/…`; every other name is foreign and left alone. */
const STREAM_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SEGMENT = /^([0-9]{16})\.ndjson$/;
const OWNER = /^owner(?:\.([1-9][0-9]{0,8}))?\.json$/;
const CURSOR = /^reader\.([a-z][a-z0-9_-]{0,31})\.cursor$/;
const UNFINISHED = /^\.new-([0-9a-f-]{36})$/;

/** What the owner wrote when it ended the stream. */
export const ENDED = "ended.json";
/** What the adopter found; there once `trail.recovered` is durable. */
export const RECOVERED = "recovered.json";
/** Losses not yet recorded. */
export const LOSS_SLOT = "lost.slot";
/** Space given back when the disk is full, so that the trail can still say so. */
export const BALLAST = "ballast";

/** True for the name of a stream's folder. */
export function isStreamId(name: string): boolean {
	return STREAM_ID.test(name);
}

/** Name of the segment that begins with a sequence. */
export function segmentName(first: number): string {
	return `${String(first).padStart(16, "0")}.ndjson`;
}

/** First sequence of a segment by its name; undefined for any other file. */
export function segmentFirst(name: string): number | undefined {
	const digits = SEGMENT.exec(name)?.[1];
	const first = digits === undefined ? 0 : Number(digits);
	return Number.isSafeInteger(first) && first >= 1 ? first : undefined;
}

/** Name of what was set aside of a segment from an offset on. */
export function tornName(segment: string, offset: number): string {
	return `${segment}.${offset}.torn`;
}

/** True for what {@link tornName} makes. */
export function isTorn(name: string): boolean {
	return /^[0-9]{16}\.ndjson\.[0-9]+\.torn$/.test(name);
}

/** Name of the n-th owner's file: the first made the stream, the others adopted it. */
export function ownerName(generation: number): string {
	return generation === 0 ? "owner.json" : `owner.${generation}.json`;
}

/** Generation of an owner's file; undefined for any other. */
export function ownerGeneration(name: string): number | undefined {
	const match = OWNER.exec(name);
	return match === null ? undefined : Number(match[1] ?? 0);
}

/** Name of a reader's cursor. */
export function cursorName(reader: string): string {
	return `reader.${reader}.cursor`;
}

/** Reader of a cursor's name; undefined for any other file. */
export function cursorReader(name: string): string | undefined {
	return CURSOR.exec(name)?.[1];
}

/** Name under which a stream's folder is prepared before it is there. */
export function unfinishedName(streamId: string): string {
	return `.new-${streamId}`;
}

/** Stream of an unfinished folder. */
export function unfinishedStream(name: string): string | undefined {
	const id = UNFINISHED.exec(name)?.[1];
	return id !== undefined && isStreamId(id) ? id : undefined;
}
