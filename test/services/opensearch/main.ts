import { parseArgs } from "node:util";
import { loadTemplates } from "./content.ts";
import { OPENSEARCH_VERSION } from "./distribution.ts";
import { startOpenSearch } from "./start.ts";

const usage = `Starts a real OpenSearch ${OPENSEARCH_VERSION} on this machine until Ctrl-C.

  npm run opensearch [-- --port <9200 to 9299>] [--folder <data folder>] [--bare]

  --port     the port for clients (default 9200)
  --folder   keep the data there; by default it is removed at the end
  --bare     load no templates
`;

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: {
			port: { type: "string", default: "9200" },
			folder: { type: "string" },
			bare: { type: "boolean", default: false },
			help: { type: "boolean", short: "h" },
		},
	});
	if (values.help) {
		console.log(usage);
		return 0;
	}
	const port = Number(values.port);
	if (!Number.isInteger(port)) throw new Error("--port takes 9200 to 9299");

	// Listened for from the start, so that Ctrl-C while it starts stops what runs by then.
	const stopped = new Promise<void>((resolve) => {
		for (const name of ["SIGINT", "SIGTERM"]) {
			process.once(name, () => {
				resolve();
			});
		}
	});
	console.log(
		`Starting OpenSearch ${OPENSEARCH_VERSION} (the first start fetches 71 MB by Maven) …`,
	);
	const opensearch = await startOpenSearch({
		port,
		...(values.folder === undefined ? {} : { folder: values.folder }),
	});
	if (!values.bare) await loadTemplates(opensearch);
	console.log(`
OpenSearch ${opensearch.version} is ready: OPENSEARCH_URL=${opensearch.url}
${values.bare ? "No templates are loaded." : "The templates of schemas/siem/opensearch are loaded."} It has no plugins: no passwords, no state management.
Data and logs: ${opensearch.folder}

Try, in another terminal:
  OPENSEARCH_URL=${opensearch.url} npm run demo        deliver to it and find the calls by query
  docs/siem/opensearch.md                                  from nothing to the first event

Ctrl-C stops it.`);
	await stopped;
	console.log("\nStopping …");
	await opensearch.close();
	return 0;
}

try {
	process.exitCode = await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
