import type { StoredEvent } from "@mcp-trail/event";

/** The place a record takes in its stream. */
export interface Link {
	/** Lower-case UUID of the stream. */
	readonly streamId: string;
	/** 1 for the first record of a stream, then without gaps. */
	readonly sequence: number;
	/** `sha256:<64 hex>` of the record before; absent exactly on sequence 1. */
	readonly previousHash?: string;
}

/** A record as it is stored and sent: its bytes are final. */
export interface SealedEvent {
	/** Lower-case UUID of the stream. */
	readonly stream: string;
	readonly sequence: number;
	/** `sha256:<64 hex>`, the last member of the line. */
	readonly hash: string;
	/** The stored line in UTF-8, without its line feed. */
	readonly bytes: Uint8Array;
	/** The record as an object; parsed from `bytes` when first asked for. */
	readonly event: StoredEvent;
}
