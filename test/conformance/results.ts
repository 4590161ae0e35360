import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";

/** What the suite found: for each check of each scenario the statuses in the order in which they came. */
export type Results = ReadonlyMap<string, readonly string[]>;

const checksSchema = z.array(z.object({ id: z.string(), name: z.string(), status: z.string() }));

/** The suite names a folder after its scenario and the time it ran; only the scenario stays. */
const scenarioOf = (folder: string): string =>
	folder.replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z$/, "").replaceAll("\\", "/");

/** Ports and ids made up at run time are the only parts of an output that may differ between runs. */
const withoutPorts = (output: string): string =>
	output.replaceAll(/(localhost|127\.0\.0\.1|\[::1\]):\d+/g, "$1:port");

/** Reads the folder that the suite wrote with `-o`, check by check, and what each client printed. */
export async function readResults(folder: string): Promise<Results> {
	const results = new Map<string, string[]>();
	const files = await readdir(folder, { recursive: true });
	for (const file of files.toSorted()) {
		const scenario = scenarioOf(dirname(file));
		// oxlint-disable-next-line no-await-in-loop -- a few dozen small files
		const read = () => readFile(join(folder, file), "utf8");
		if (basename(file) === "checks.json") {
			const checks = checksSchema.parse(JSON.parse(await read()));
			for (const { id, name, status } of checks) {
				const key = `${scenario} › ${id === name ? id : `${id} (${name})`}`;
				results.set(key, [...(results.get(key) ?? []), status]);
			}
		}
		if (basename(file) === "stdout.txt") {
			results.set(`${scenario} › printed`, withoutPorts(await read()).split("\n"));
		}
	}
	return results;
}

/** Counts checks as the suite's own summary does. */
export function count(results: Results): { readonly passed: number; readonly failed: number } {
	const statuses = [...results].flatMap(([key, values]) =>
		key.endsWith("› printed") ? [] : values,
	);
	return {
		passed: statuses.filter((status) => status === "SUCCESS").length,
		failed: statuses.filter((status) => status === "FAILURE").length,
	};
}
