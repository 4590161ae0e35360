import type { VerifyReport } from "@mcp-trail/integrity";
import type { ExitCode } from "../io.ts";

/** A verification's report and what follows from it. */
export interface Judgement {
	readonly report: VerifyReport;
	/** `not_judged`: nothing wrong was found, but not everything asked for could be judged. */
	readonly verdict: "good" | "faults" | "not_judged";
	readonly exitCode: ExitCode;
	/** Why not everything could be judged, each with what to do. */
	readonly obstacles: readonly string[];
}

/** Faults weigh most, then what could not be judged. */
export function judge(
	report: VerifyReport,
	options: { readonly requireAnchor: boolean; readonly obstacles: readonly string[] },
): Judgement {
	const obstacles = [...options.obstacles];
	if (report.records === 0 && report.faultCount === 0)
		obstacles.push("There is no record in the input. Check that it is the trail you mean.");
	if (report.unjudged > 0)
		obstacles.push(
			`${report.unjudged} records are of more streams than can be followed at once. Verify the streams in several runs.`,
		);
	if (options.requireAnchor && !report.anchored)
		obstacles.push(
			"No known head vouches for every stream (--require-anchor). Give heads that were kept elsewhere with --head.",
		);
	if (report.faultCount > 0) return { report, verdict: "faults", exitCode: 1, obstacles };
	if (obstacles.length > 0) return { report, verdict: "not_judged", exitCode: 2, obstacles };
	return { report, verdict: "good", exitCode: 0, obstacles };
}
