import type { Estimate } from "./rounds.ts";

/** What a figure should reach. */
export interface Target {
	readonly kind: "at_most" | "at_least";
	readonly value: number;
}

const lines: { readonly text: string; readonly missed: boolean }[] = [];

const format = (value: number): string => value.toFixed(value >= 100 ? 0 : 2);

/** A target is missed only when the whole interval lies on the wrong side. */
export function isMissed(figure: Estimate, target: Target): boolean {
	return target.kind === "at_most" ? figure.low > target.value : figure.high < target.value;
}

/** A target is met when the median lies on its right side; where the interval holds the target, one run does not prove it. */
function verdictOf(figure: Estimate, target: Target): string {
	if (isMissed(figure, target)) return "MISSED";
	const within = figure.low < target.value && figure.high > target.value;
	const right =
		target.kind === "at_most" ? figure.median <= target.value : figure.median >= target.value;
	if (right) return within ? "met (the interval holds the target)" : "met";
	return "not shown (the interval holds the target)";
}

/** Prints one figure: median, interval, target and verdict. */
export function report(name: string, figure: Estimate, unit: string, target?: Target): void {
	const missed = target !== undefined && isMissed(figure, target);
	const goal = target
		? `  target ${target.kind === "at_most" ? "≤" : "≥"} ${target.value}: ${verdictOf(figure, target)}`
		: "";
	const text = `${name.padEnd(58)} ${format(figure.median).padStart(8)} ${unit}  [${format(figure.low)}–${format(figure.high)}]${goal}`;
	lines.push({ text, missed });
	console.log(text);
}

/** Prints a heading. */
export function heading(text: string): void {
	console.log(`\n${text}`);
}

/** The figures whose target was missed. */
export function missedFigures(): readonly string[] {
	return lines.filter((line) => line.missed).map((line) => line.text);
}
