import { readLink, verifier, type VerifyReport } from "@mcp-trail/integrity";

/** What a receiver's copy says of itself, against the last record that the sender knows. */
export interface Checked {
	readonly report: VerifyReport;
	/** Records that the check finds missing. */
	readonly missing: number;
	/** Faults that are no gaps: a copy has none, whatever the network did. */
	readonly otherFaults: number;
	/** Lines that came again. */
	readonly repeats: number;
}

/** Runs `verify` over the lines that a receiver kept, with the trail's last record as a head known from elsewhere. */
export function checkCopy(kept: readonly string[], trail: readonly string[]): Checked {
	const last = readLink(Buffer.from(trail.at(-1) ?? ""));
	if (last === undefined) throw new Error("the trail is empty");
	const { streamId, sequence, hash } = last;
	const verification = verifier({
		heads: [{ streamId, sequence, hash }],
		maxListed: trail.length + kept.length,
	});
	verification.begin({});
	verification.push(Buffer.from(kept.map((line) => `${line}\n`).join("")));
	const report = verification.end();
	const gaps = new Set(["removed", "tail_missing", "head_missing"]);
	const missing = report.faults
		.filter((fault) => gaps.has(fault.class))
		.reduce(
			(sum, { sequence: from = 0, lastSequence: to = from }) =>
				sum + (from === 0 ? 0 : to - from + 1),
			0,
		);
	return {
		report,
		missing,
		otherFaults: report.faults.filter((fault) => !gaps.has(fault.class)).length,
		repeats: kept.length - new Set(kept).size,
	};
}
