import { searchPolicies } from "./search-policies.ts";
import { searchQueries } from "./search-queries.ts";
import { products, searchTemplates } from "./search-templates.ts";

/** What is loaded into Elasticsearch and OpenSearch: path below schemas/siem, which is the path to put it to, and text. */
export function searchContent(): ReadonlyMap<string, string> {
	const files = new Map<string, string>();
	for (const product of [
		"elasticsearch",
		"opensearch",
	] as const satisfies (keyof typeof products)[]) {
		const content = [
			...searchTemplates(product),
			...searchPolicies[product],
			...[...searchQueries].map(([name, body]) => [`queries/${name}`, body] as const),
		];
		for (const [path, body] of content)
			files.set(`${product}/${path}.json`, `${JSON.stringify(body, null, "\t")}\n`);
	}
	return files;
}
