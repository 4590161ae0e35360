import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { walkthrough } from "../walkthrough/walkthrough.ts";
import { openSearchRuns, useOpenSearch } from "./suite.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

describe.runIf(openSearchRuns)("what a person does with OpenSearch", () => {
	const opensearch = useOpenSearch();

	it("[siem.opensearch_page] docs/siem/opensearch.md works as it is written", async () => {
		const { compared } = await walkthrough("docs/siem/opensearch.md", {
			env: { OPENSEARCH_URL: opensearch().url },
		});
		expect(compared).toBe(5);
	});

	it("[demo.opensearch] the demo finds its calls there by query", async () => {
		const { stdout } = await promisify(execFile)("npm", ["run", "demo", "--silent"], {
			cwd: root,
			timeout: 120_000,
			env: { ...process.env, NO_COLOR: "1", OPENSEARCH_URL: opensearch().url },
		});
		expect(stdout).toMatch(/ {2}get-sum +desk +client +2$/mu);
		expect(stdout).toMatch(
			/^ {3}queries\/who-called-what\.json; \d+ documents read back, 0 of \d+ missing/mu,
		);
		expect(stdout).toMatch(/^ {3}gen_ai\.tool\.name +\S+ +\S+$/mu);
		expect(stdout).toMatch(/^ {3}class_uid +6003 +6003$/mu);
	});
});
