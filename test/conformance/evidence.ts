import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What an instrumented run left behind. */
export interface Evidence {
	readonly events: number;
	readonly spans: number;
}

/** Counts what the instrumented programs recorded in their trails and how many spans they ended. */
export async function readEvidence(folder: string): Promise<Evidence> {
	let events = 0;
	let spans = 0;
	for (const file of await readdir(folder, { recursive: true })) {
		// oxlint-disable-next-line no-await-in-loop -- one file after the other keeps memory small
		const read = () => readFile(join(folder, file), "utf8");
		if (file.endsWith("spans.json")) spans += Number(await read());
		if (file.endsWith(".ndjson")) events += (await read()).split("\n").length - 1;
	}
	return { events, spans };
}
