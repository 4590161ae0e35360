import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { steady, withoutExtension } from "./steady.ts";

/** One check of one scenario; some are made several times. */
export interface Found {
	/** Statuses in the order in which they came; none for what is not a check. */
	readonly statuses: readonly string[];
	/** What the suite says it saw, without what differs in each run; sorted. */
	readonly evidence: readonly string[];
}

/** What the suite found, by scenario and check; what a client program printed stands among it. */
export type Results = ReadonlyMap<string, Found>;

const checksSchema = z.array(
	z.looseObject({ id: z.string(), name: z.string(), status: z.string() }),
);

/** The suite names a folder after its scenario and the time it ran; only the scenario stays. */
const scenarioOf = (folder: string): string =>
	folder.replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z$/, "").replaceAll("\\", "/");

/**
 * Reads the folder that the suite wrote with `-o`, check by check, and what each client printed. Where the extension is
 * forgiven, what speaking it adds is left out.
 */
export async function readResults(
	folder: string,
	{ forgiveExtension = false }: { readonly forgiveExtension?: boolean } = {},
): Promise<Results> {
	const told = forgiveExtension ? withoutExtension : (value: unknown) => value;
	const results = new Map<string, Found>();
	const files = await readdir(folder, { recursive: true });
	for (const file of files.toSorted()) {
		const scenario = scenarioOf(dirname(file));
		const read = () => readFile(join(folder, file), "utf8");
		if (basename(file) === "checks.json") {
			for (const check of checksSchema.parse(JSON.parse(await read()))) {
				const key = `${scenario} › ${check.id} (${check.name})`;
				const { statuses = [], evidence = [] } = results.get(key) ?? {};
				const saw = JSON.stringify(steady(told(check)));
				results.set(key, {
					statuses: [...statuses, check.status],
					evidence: [...evidence, saw].toSorted(),
				});
			}
		}
		if (basename(file) === "stdout.txt" || basename(file) === "stderr.txt") {
			const printed = String(steady(await read()));
			results.set(`${scenario} › ${basename(file, ".txt")}`, {
				statuses: [],
				evidence: printed.split("\n"),
			});
		}
	}
	return results;
}

/** Counts checks as the suite's own summary does. */
export function count(results: Results): { readonly passed: number; readonly failed: number } {
	const statuses = [...results.values()].flatMap((found) => found.statuses);
	return {
		passed: statuses.filter((status) => status === "SUCCESS").length,
		failed: statuses.filter((status) => status === "FAILURE").length,
	};
}

/** Lists the scenarios that were run. */
export const scenarios = (results: Results): readonly string[] => [
	...new Set(Array.from(results.keys(), (key) => key.split(" › ")[0] ?? key)),
];
