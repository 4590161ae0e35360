import { defineConfig } from "vitest/config";
import { proofs } from "../proofs.ts";

const conditions = ["@mcp-trail/source", "node", "import", "default"];

/** What takes minutes: whole numbers of rounds, thousands of seeds and of hostile events. One after the other, to leave timing alone. */
export default defineConfig({
	resolve: { conditions },
	ssr: { resolve: { conditions, externalConditions: ["@mcp-trail/source"] } },
	test: {
		reporters: ["default", proofs()],
		testTimeout: 7_200_000,
		hookTimeout: 60_000,
		fileParallelism: false,
		include: [
			"packages/*/src/**/*.long.test.ts",
			"test/**/*.long.test.ts",
			// Their properties try all their cases here: test/runs.ts.
			"packages/{event,formats}/src/**/*.test.ts",
			"packages/audit/src/close-sync.test.ts",
			"test/mcp/hostile-frames.test.ts",
			"test/mcp/memory.test.ts",
		],
		env: { TRAIL_ALL_RUNS: "yes" },
	},
});
