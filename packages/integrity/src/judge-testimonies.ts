import type { Chain } from "./chain.ts";
import { type FaultList, setRange } from "./fault.ts";
import type { KnownHead, Note } from "./report.ts";
import type { Testimonies, Testimony } from "./testimony.ts";

/** Everything read, before the last judgement. */
export interface Evidence {
	readonly chains: ReadonlyMap<string, Chain>;
	readonly testimonies: Testimonies;
	readonly heads: readonly KnownHead[];
	readonly context: "trail" | "copy";
	readonly excerpt: boolean;
	readonly faults: FaultList;
	readonly note: (note: Note) => void;
}

/** Finishes every stream with what other records and known heads say of its beginning and its end. */
export function judgeTestimonies(evidence: Evidence): void {
	const { chains, testimonies, heads, context, excerpt, faults, note } = evidence;
	const { ended, pruned } = testimonies;
	for (const { streamId, sequence, hash, by } of ended.values()) {
		const chain = chains.get(streamId);
		if (sequence > 0) chain?.expect(sequence, hash);
		chain?.endsAt(sequence);
		if (by !== undefined) note({ kind: "recovered", streamId, sequence });
	}
	for (const chain of chains.values()) chain.finish();
	for (const chain of chains.values()) {
		const prunedTo = pruned.get(chain.streamId)?.sequence ?? 0;
		chain.finishHead(excerpt ? Number.POSITIVE_INFINITY : prunedTo);
	}
	for (const testimony of pruned.values()) {
		const { streamId, sequence } = testimony;
		const chain = chains.get(streamId);
		if (chain !== undefined) checkSeam(chain, testimony, faults);
		note({ kind: "pruned", streamId, sequence });
	}
	// A copy need not hold every stream that its records speak of; a trail's folder does, unless pruned.
	const known = context === "trail" ? [...heads, ...ended.values()] : heads;
	const missing = new Map<string, number>();
	for (const { streamId, sequence } of known)
		if (!chains.has(streamId) && (pruned.get(streamId)?.sequence ?? 0) < sequence)
			missing.set(streamId, Math.max(missing.get(streamId) ?? 0, sequence));
	for (const [streamId, lastSequence] of missing) {
		const fault = faults.add({ class: "tail_missing", detail: "stream_missing", streamId });
		setRange(fault, 1, lastSequence);
	}
}

/** The hash with which the pruned part ended must be the one with which the rest begins. */
function checkSeam(
	{ first, streamId }: Chain,
	{ sequence, hash }: Testimony,
	faults: FaultList,
): void {
	if (first?.sequence !== sequence + 1 || hash === undefined || first.previousHash === hash) return;
	faults.add({ class: "forked", streamId, sequence, place: first.place });
}
