import { readdirSync } from "node:fs";
import type { DrillTarget } from "./drill-target.ts";

const folder = new URL("targets/", import.meta.url);

/** Every target, by name: the files of the folder. */
export async function drillTargets(): Promise<readonly DrillTarget[]> {
	const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
	return Promise.all(
		files.toSorted().map(async (file) => {
			const { target }: { target: DrillTarget } = await import(new URL(file, folder).href);
			if (`${target.name}.ts` !== file) throw new Error(`${file} holds the target ${target.name}`);
			return target;
		}),
	);
}
