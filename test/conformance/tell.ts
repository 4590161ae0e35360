import type { Difference } from "./compare.ts";

/** Says a line to whoever started the run. */
export const tell = (line: string): void => void process.stdout.write(`${line}\n`);

/** Shows the part of two long texts in which they differ. */
function around(text: string, other: string): string {
	let at = 0;
	while (at < text.length && text[at] === other[at]) at += 1;
	return text.slice(Math.max(0, at - 100), at + 100).replaceAll("\n", "\\n");
}

/** Shows a difference, run by run. */
export function show({ check, in: face, bare, instrumented }: Difference): string {
	const lines = [`    ${check}, ${face}`];
	for (const run of bare) lines.push(`      bare         [${around(run, instrumented)}]`);
	const different = bare.find((run) => run !== instrumented) ?? "";
	lines.push(`      instrumented [${around(instrumented, different)}]`);
	return lines.join("\n");
}
