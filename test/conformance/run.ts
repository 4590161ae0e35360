import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { compare, type Difference } from "./compare.ts";
import { readEvidence } from "./evidence.ts";
import { plans, type Plan } from "./plan.ts";
import { count, scenarios } from "./results.ts";
import { installRunner, type Runner } from "./runner.ts";
import { perform } from "./suite.ts";

const usage = `Runs the official MCP conformance suite against our programs, bare and instrumented.

  npm run conformance              what the gate runs
  npm run conformance -- --all     and the optional runs
  npm run conformance -- NAME…     only these: ${plans.map(({ name }) => name).join(" ")}
`;

interface Row {
	readonly name: string;
	readonly bare: string;
	readonly instrumented: string;
	readonly events: string;
	readonly spans: string;
	readonly verdict: string;
}

const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const score = ({ passed, failed }: { passed: number; failed: number }) => `${passed} / ${failed}`;
/** Shows the part of two long texts in which they differ. */
function around(text: string, other: string): string {
	let at = 0;
	while (at < text.length && text[at] === other[at]) at += 1;
	return text.slice(Math.max(0, at - 100), at + 100).replaceAll("\n", "\\n");
}

function show({ check, in: face, bare, instrumented }: Difference): string {
	const lines = [`    ${check}, ${face}`];
	for (const run of bare) lines.push(`      bare         [${around(run, instrumented)}]`);
	const different = bare.find((run) => run !== instrumented) ?? "";
	lines.push(`      instrumented [${around(instrumented, different)}]`);
	return lines.join("\n");
}

async function judge(plan: Plan, runner: Runner, folder: string): Promise<Row> {
	const faults: string[] = [];
	const attempt = async (label: string, trailFolder?: string) => {
		const outcome = await perform(plan, runner, join(folder, `${plan.name}-${label}`), trailFolder);
		const found = count(outcome.results);
		tell(`${plan.name} ${label}: ${score(found)} in ${outcome.seconds.toFixed(1)} s`);
		faults.push(...outcome.faults);
		return { ...outcome, ...found };
	};
	const bare = [await attempt("bare")];
	const trailFolder = await mkdtemp(join(folder, `${plan.name}-trail-`));
	const instrumented = await attempt("instrumented", trailFolder);
	const evidence = await readEvidence(trailFolder);
	const compared = () =>
		compare(
			bare.map(({ results }) => results),
			instrumented.results,
		);
	/** Those of the differences that a second instrumented run shows too: what we cause comes every time. */
	const comeAgain = async (seen: readonly Difference[]): Promise<readonly Difference[]> => {
		if (seen.length === 0) return seen;
		const again = await attempt(
			"instrumented-again",
			await mkdtemp(join(folder, `${plan.name}-again-`)),
		);
		const second = compare(
			bare.map(({ results }) => results),
			again.results,
		);
		const repeated = new Set(second.differences.map(({ check }) => check));
		for (const difference of seen.filter(({ check }) => !repeated.has(check))) {
			tell("  seen in one of two instrumented runs, and so not laid at our door:");
			tell(show(difference));
		}
		return seen.filter(({ check }) => repeated.has(check));
	};
	// A difference is only laid at our door when the bare program does not show it itself.
	if (compared().differences.length > 0) bare.push(await attempt("bare-again"));
	const { differences: found, unsteady } = compared();
	const differences = await comeAgain(found);

	for (const run of bare) {
		if (run.passed < plan.floor.passed || run.failed > plan.floor.failed) {
			faults.push(`bare ${score(run)} is below the floor ${score(plan.floor)}`);
		}
	}
	const wanted = plan.side === "server" ? 1 : scenarios(instrumented.results).length;
	if (evidence.programs !== wanted) {
		faults.push(`${evidence.programs} instrumented programs reported, ${wanted} ran`);
	}
	faults.push(...evidence.troubles);
	if (differences.length > 0) faults.push(`${differences.length} checks differ`);

	for (const fault of faults) tell(`  FAULT ${fault}`);
	for (const difference of differences) tell(show(difference));
	if (unsteady.length > 0) tell(`  ${unsteady.length} checks differ between the two bare runs:`);
	for (const difference of unsteady) tell(show(difference));
	return {
		name: plan.name,
		bare: bare.map(score).join(", "),
		instrumented: score(instrumented),
		events: String(evidence.events),
		spans: String(evidence.spans),
		verdict: faults.length > 0 ? "FAILED" : "same",
	};
}

function broken({ name }: Plan, error: unknown): Row {
	tell(`  FAULT ${name} could not be run: ${inspect(error)}`);
	return { name, bare: "-", instrumented: "-", events: "-", spans: "-", verdict: "FAILED" };
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { all: { type: "boolean" }, help: { type: "boolean" } },
});
const unknown = positionals.filter((name) => !plans.some((plan) => plan.name === name));
if (values.help || unknown.length > 0) {
	tell(unknown.length > 0 ? `No run is named ${unknown.join(", ")}.\n\n${usage}` : usage);
	process.exit(unknown.length > 0 ? 2 : 0);
}
const chosen = plans.filter(({ name, optional }) =>
	positionals.length > 0 ? positionals.includes(name) : values.all || !optional,
);

const startedMs = performance.now();
const runner = await installRunner();
const folder = await mkdtemp(join(tmpdir(), "mcp-trail-conformance-"));
const rows: Row[] = [];
for (const plan of chosen) {
	const row = await judge(plan, runner, folder).catch((error: unknown) => broken(plan, error));
	rows.push(row);
}
const failed = rows.some(({ verdict }) => verdict === "FAILED");

tell("");
const heads: Row = {
	name: "run",
	bare: "bare ok / failed",
	instrumented: "instrumented",
	events: "events",
	spans: "spans",
	verdict: "checks",
};
for (const row of [heads, ...rows]) {
	const { name, bare, instrumented, events, spans, verdict } = row;
	tell(
		`${name.padEnd(16)}${bare.padEnd(18)}${instrumented.padEnd(14)}${events.padStart(8)}${spans.padStart(8)}  ${verdict}`,
	);
}
const verdict = failed ? "differs, see above" : "the same bare and instrumented, check by check";
tell("");
tell(
	`[transparent.conformance] ${verdict}, ${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
);
if (failed) tell(`What the suite wrote lies in ${folder}`);
else await rm(folder, { recursive: true });
process.exitCode = failed ? 1 : 0;
