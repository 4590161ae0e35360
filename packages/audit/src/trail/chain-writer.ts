import type { AuditEvent } from "@mcp-trail/event";
import { sealer, type Head, type SealedEvent } from "@mcp-trail/integrity";
import { lastHead } from "./last-head.ts";
import type { Store } from "./store.ts";

/** The chain of one stream, as it is written: what could not be stored has no number. */
export interface ChainWriter {
	/** The last record that is stored. */
	readonly head: Head | undefined;
	seal(event: AuditEvent): SealedEvent;
	/** Takes back what was sealed after these lines, which follow the head. */
	rewind(lines: readonly SealedEvent[]): void;
	/** Stores lines, or rejects with what the store says and has stored none. */
	write(lines: readonly SealedEvent[], bytes: number): Promise<void>;
	/** Takes what is on its way to the store for stored: the process ends, and nobody will know. */
	assume(): void;
	/** Takes these lines for stored. */
	stored(lines: readonly SealedEvent[]): void;
}

/** Makes the chain of a stream that begins. */
export function chainWriter(streamId: string, store: Pick<Store, "write">): ChainWriter {
	const chain = sealer(streamId);
	let head: Head | undefined;
	/** The last line handed to the store, until it is known to be there. */
	let flightHead: Head | undefined;
	let assumed = false;

	function stored(lines: readonly SealedEvent[]): void {
		head = lastHead(lines) ?? head;
	}

	return {
		get head() {
			return head;
		},
		seal: (event) => chain.seal(event),
		rewind(lines) {
			chain.rewind(lastHead(lines) ?? head);
		},
		async write(lines, bytes) {
			flightHead = lastHead(lines);
			try {
				await store.write(lines, bytes);
			} catch (error) {
				// What could not be written has no number: the next event takes it.
				if (!assumed) chain.rewind(head);
				throw error;
			} finally {
				flightHead = undefined;
			}
			// What follows these lines may be stored already.
			if (!assumed) stored(lines);
		},
		assume() {
			assumed = true;
			head = flightHead ?? head;
		},
		stored,
	};
}
