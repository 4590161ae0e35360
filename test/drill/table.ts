import type { DrillResult } from "./drill.ts";
import { faults } from "./faults.ts";

const number = (value: number): string => value.toLocaleString("en-US");

/** One line of Markdown for each pipeline: events lost in each fault, and those that came more than once. */
export function drillTable(results: readonly DrillResult[]): string {
	const names = [...new Set(results.map(({ target }) => target))];
	const rows = names.map((name) => {
		const own = results.filter(({ target }) => target === name);
		const promise = own[0]?.delivery?.replaceAll("_", " ") ?? "–";
		return [
			name,
			`${promise}${own[0]?.ordered === true && own[0].delivery !== undefined ? ", in order" : ""}`,
			...faults.map((fault) => cell(own.find((one) => one.fault.name === fault.name))),
		];
	});
	const head = ["", "promises", ...faults.map(({ name }) => name.replaceAll("_", " "))];
	return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function cell(result: DrillResult | undefined): string {
	if (result === undefined) return "not run";
	const { lost, recorded, repeated } = result;
	const loss = lost === 0 ? "0" : `**${number(lost)}** of ${number(recorded)}`;
	return repeated === 0 ? loss : `${loss} (+${number(repeated)})`;
}
