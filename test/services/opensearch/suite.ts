import { afterAll, beforeAll, inject } from "vitest";
import { type OpenSearchOptions, type RunningOpenSearch, startOpenSearch } from "./start.ts";

/** False only where Java or Maven is missing and the caller has said to go on without. */
export const openSearchRuns = inject("opensearchNotRun") === "";

/** Starts a node of its own for the suite around it and says which release answers. */
export function useOpenSearch(options: OpenSearchOptions = {}): () => RunningOpenSearch {
	let running: RunningOpenSearch | undefined;
	beforeAll(async () => {
		running = await startOpenSearch(options);
		console.log(`\n**** OpenSearch ${running.version} runs at ${running.url}`);
	});
	afterAll(async () => running?.close());
	return () => {
		if (!running) throw new Error("OpenSearch did not start");
		return running;
	};
}
