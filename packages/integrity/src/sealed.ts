import type { StoredEvent } from "@mcp-trail/event";
import type { SealedEvent } from "./sealed-event.ts";

// A getter on a prototype: an own accessor costs 0.4 µs an object, which is 5 % of sealing it.
class Sealed implements SealedEvent {
	readonly stream: string;
	readonly sequence: number;
	readonly hash: string;
	readonly bytes: Uint8Array;
	#event?: StoredEvent;

	constructor(stream: string, sequence: number, hash: string, bytes: Uint8Array) {
		this.stream = stream;
		this.sequence = sequence;
		this.hash = hash;
		this.bytes = bytes;
	}

	get event(): StoredEvent {
		if (this.#event === undefined) {
			const event: StoredEvent = JSON.parse(new TextDecoder().decode(this.bytes));
			this.#event = event;
		}
		return this.#event;
	}
}

/** Puts a line and what was read from its end together. */
export function sealed(
	stream: string,
	sequence: number,
	hash: string,
	bytes: Uint8Array,
): SealedEvent {
	return new Sealed(stream, sequence, hash, bytes);
}
