/** An answer as JSON; members are read as the caller knows them. */
type Answer = any;

/** Speaks to a cluster as a person with curl does. */
export interface SearchClient {
	readonly url: string;
	/** The answer of any status, with its `status` beside it. */
	ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: Answer }>;
	/** The answer of a request that must succeed. */
	call(method: string, path: string, body?: unknown): Promise<Answer>;
	/** Makes what was indexed findable. */
	refresh(): Promise<void>;
	/** How many documents an index, alias or pattern holds; 0 where there is none. */
	count(index: string): Promise<number>;
	/** Every document of an index, by stream and sequence, in pages. */
	documents(index: string): Promise<Answer[]>;
}

const PAGE = 1_000;
const DEADLINE_MS = 60_000;

/** A client of the cluster at `url`. */
export function searchClient(url: string): SearchClient {
	async function ask(method: string, path: string, body?: unknown) {
		const response = await fetch(`${url}${path}`, {
			method,
			signal: AbortSignal.timeout(DEADLINE_MS),
			...(body === undefined
				? {}
				: {
						headers: { "content-type": "application/json" },
						body: typeof body === "string" ? body : JSON.stringify(body),
					}),
		});
		const text = await response.text();
		return { status: response.status, json: text.startsWith("{") ? JSON.parse(text) : text };
	}

	async function call(method: string, path: string, body?: unknown): Promise<Answer> {
		const { status, json } = await ask(method, path, body);
		if (status < 200 || status > 299) {
			throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
		}
		return json;
	}

	const patient = "ignore_unavailable=true&allow_no_indices=true";

	return {
		url,
		ask,
		call,
		refresh: async () => call("POST", "/_refresh"),
		count: async (index) => {
			await call("POST", "/_refresh");
			const { count } = await call("GET", `/${index}/_count?${patient}`);
			return count;
		},
		documents: async (index) => {
			await call("POST", "/_refresh");
			const found: Answer[] = [];
			for (let after: unknown[] | undefined; ;) {
				const { hits } = await call("POST", `/${index}/_search?${patient}`, {
					size: PAGE,
					sort: [
						{ "mcp_trail.integrity.stream_id": { order: "asc", unmapped_type: "keyword" } },
						{ "event.sequence": { order: "asc", unmapped_type: "long" } },
						{ "event.id": { order: "asc", unmapped_type: "keyword" } },
					],
					...(after === undefined ? {} : { search_after: after }),
				});
				found.push(...hits.hits);
				after = hits.hits.at(-1)?.sort;
				if (hits.hits.length < PAGE) return found;
			}
		},
	};
}
