import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { compare, type Difference } from "./compare.ts";
import { readEvidence } from "./evidence.ts";
import type { Plan } from "./plan.ts";
import { count, readResults, scenarios } from "./results.ts";
import type { Runner } from "./runner.ts";
import { perform, type Outcome } from "./suite.ts";
import { show, tell } from "./tell.ts";

/** What one comparison came to. */
export interface Row {
	readonly name: string;
	readonly bare: string;
	readonly instrumented: string;
	readonly events: string;
	readonly spans: string;
	readonly tokens: string;
	readonly verdict: string;
}

interface Setting {
	readonly runner: Runner;
	/** Where the suite and the programs write. */
	readonly folder: string;
	/** Whether the plan is judged with the audit extension spoken, too. */
	readonly extension: boolean;
}

interface Attempt extends Outcome {
	readonly passed: number;
	readonly failed: number;
}

const score = ({ passed, failed }: { passed: number; failed: number }) => `${passed} / ${failed}`;

/** Runs a plan bare and instrumented, and compares them check by check; once more with the extension, if wanted. */
export async function judge(plan: Plan, setting: Setting): Promise<readonly Row[]> {
	const { runner, folder } = setting;

	async function attempt(label: string, on?: { readonly extension: boolean }) {
		const trail = await mkdtemp(join(folder, `${plan.name}-trail-`));
		const output = join(folder, `${plan.name}-${label}`);
		const outcome = await perform(plan, runner, output, on && { folder: trail, ...on });
		const found = count(await readResults(outcome.output));
		tell(`${plan.name} ${label}: ${score(found)} in ${outcome.seconds.toFixed(1)} s`);
		return { ...outcome, ...found, trail };
	}

	/** All bare runs, of which a second is only made when something differs. */
	const bare: Attempt[] = [await attempt("bare")];

	async function pass(extension: boolean): Promise<Row> {
		const label = extension ? "extension" : "instrumented";
		const read = ({ output }: Outcome) => readResults(output, { forgiveExtension: extension });
		const compared = async (run: Outcome) =>
			compare(await Promise.all(bare.map((one) => read(one))), await read(run));
		const instrumented = await attempt(label, { extension });
		const evidence = await readEvidence(instrumented.trail);

		/** Those of the differences that a second instrumented run shows too: what we cause comes every time. */
		const comeAgain = async (seen: readonly Difference[]): Promise<readonly Difference[]> => {
			if (seen.length === 0) return seen;
			const second = await compared(await attempt(`${label}-again`, { extension }));
			const repeated = new Set(second.differences.map(({ check }) => check));
			for (const difference of seen.filter(({ check }) => !repeated.has(check))) {
				tell("  seen in one of two instrumented runs, and so not laid at our door:");
				tell(show(difference));
			}
			return seen.filter(({ check }) => repeated.has(check));
		};
		// A difference is only laid at our door when the bare program does not show it itself.
		if (bare.length === 1 && (await compared(instrumented)).differences.length > 0)
			bare.push(await attempt("bare-again"));
		const { differences: found, unsteady } = await compared(instrumented);
		const differences = await comeAgain(found);

		const faults = [...bare.flatMap((run) => run.faults), ...instrumented.faults];
		for (const run of bare) {
			if (run.passed < plan.floor.passed || run.failed > plan.floor.failed) {
				faults.push(`bare ${score(run)} is below the floor ${score(plan.floor)}`);
			}
		}
		const ran = scenarios(await read(instrumented)).length;
		const wanted = plan.side === "server" ? 1 : ran;
		if (evidence.programs !== wanted) {
			faults.push(`${evidence.programs} instrumented programs reported, ${wanted} ran`);
		}
		faults.push(...evidence.troubles);
		if (extension) {
			// Otherwise a switch that does nothing would pass.
			const whole = await readResults(instrumented.output);
			const forgiven = compare([whole], await read(instrumented)).differences.length;
			tell(`  the extension shows in ${forgiven} checks, and is all that is forgiven there`);
			if (forgiven > 0 !== plan.extension.shows)
				faults.push(
					`the extension is expected to show in ${plan.extension.shows ? "some" : "none"}`,
				);
		}
		if (differences.length > 0) faults.push(`${differences.length} checks differ`);

		for (const fault of faults) tell(`  FAULT ${fault}`);
		for (const difference of differences) tell(show(difference));
		if (unsteady.length > 0) tell(`  ${unsteady.length} checks differ between the two bare runs:`);
		for (const difference of unsteady) tell(show(difference));
		return {
			name: extension ? `${plan.name} +extension` : plan.name,
			bare: bare.map(score).join(", "),
			instrumented: score(instrumented),
			events: String(evidence.events),
			spans: String(evidence.spans),
			tokens: String(evidence.tokens),
			verdict: faults.length > 0 ? "FAILED" : "same",
		};
	}

	const row = await pass(false);
	return setting.extension ? [row, await pass(true)] : [row];
}
