import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { judge, type Row } from "./judge.ts";
import { plans, type Plan } from "./plan.ts";
import { installRunner } from "./runner.ts";
import { tell } from "./tell.ts";

const usage = `Runs the official MCP conformance suite against our programs, bare and instrumented.

  npm run conformance              what the gate runs
  npm run conformance -- --all     and every run with the extension spoken, too
  npm run conformance -- NAME…     only these: ${plans.map(({ name }) => name).join(" ")}
`;

function broken({ name }: Plan, error: unknown): readonly Row[] {
	tell(`  FAULT ${name} could not be run: ${inspect(error)}`);
	const none = "-";
	return [
		{
			name,
			bare: none,
			instrumented: none,
			events: none,
			spans: none,
			tokens: none,
			verdict: "FAILED",
		},
	];
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
const chosen = plans.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

const startedMs = performance.now();
const runner = await installRunner();
const folder = await mkdtemp(join(tmpdir(), "mcp-trail-conformance-"));
const rows: Row[] = [];
for (const plan of chosen) {
	const extension = plan.extension.run === "always" || values.all === true;
	const found = await judge(plan, { runner, folder, extension }).catch((error: unknown) =>
		broken(plan, error),
	);
	rows.push(...found);
}
const failed = rows.some(({ verdict }) => verdict === "FAILED");

tell("");
const heads: Row = {
	name: "run",
	bare: "bare ok / failed",
	instrumented: "instrumented",
	events: "events",
	spans: "spans",
	tokens: "tokens",
	verdict: "checks",
};
for (const row of [heads, ...rows]) {
	const { name, bare, instrumented, events, spans, tokens, verdict } = row;
	const counts = [events, spans, tokens].map((text) => text.padStart(8)).join("");
	tell(`${name.padEnd(26)}${bare.padEnd(18)}${instrumented.padEnd(14)}${counts}  ${verdict}`);
}
const verdict = failed ? "differs, see above" : "the same bare and instrumented, check by check";
tell("");
tell(
	`[transparent.conformance] ${verdict}, ${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
);
if (failed) tell(`What the suite wrote lies in ${folder}`);
else await rm(folder, { recursive: true });
process.exitCode = failed ? 1 : 0;
