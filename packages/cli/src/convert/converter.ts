import type { StoredEvent } from "@mcp-trail/event";
import { formats, sep3004Record } from "@mcp-trail/formats";
import { escape } from "../escape.ts";
import { Failure } from "../failure.ts";

/** Says an event in another schema's words, as one line without its line feed. */
export type Converter = (event: StoredEvent) => string;

/** SEP-3004 keeps one hash for each stream. */
const MAX_STREAMS = 100_000;

/** The converter of a format; `ocsf-1.8` is as good as `ocsf_1_8`. */
export function converter(name: string): Converter {
	const asked = name.replaceAll(/[-.]/g, "_");
	if (asked === "sep3004") return sep3004Chains();
	const format = formats.find((one) => one.name === asked);
	if (format === undefined) {
		const names = [...formats.map((one) => one.name), "sep3004"].join(", ");
		throw new Failure(`--to ${escape(name)} is no format. Give one of ${names}.`);
	}
	return (event) => {
		const record = format.project(event);
		return typeof record === "string" ? record : JSON.stringify(record);
	};
}

/** Each record holds the hash of the one before it in its stream. */
function sep3004Chains(): Converter {
	const lastHashes = new Map<string, string>();
	return (event) => {
		const stream = event.integrity.stream_id;
		const previous = lastHashes.get(stream) ?? null;
		if (previous === null && lastHashes.size >= MAX_STREAMS)
			throw new Failure(
				`The input holds more than ${MAX_STREAMS} streams. Convert them to sep3004 in several runs, each stream whole.`,
			);
		const record = sep3004Record(event, previous);
		lastHashes.set(stream, record.event_hash);
		return JSON.stringify(record);
	};
}
