import { defineConfig } from "vitest/config";
import { proofs } from "../proofs.ts";

const conditions = ["@mcp-trail/source", "node", "import", "default"];

/** The suites that need a real server; they start it themselves and say its version. */
export default defineConfig({
	resolve: { conditions },
	ssr: { resolve: { conditions, externalConditions: ["@mcp-trail/source"] } },
	test: {
		reporters: ["default", proofs()],
		name: "services",
		root: import.meta.dirname,
		include: ["**/*.service.test.ts"],
		globalSetup: ["./setup.ts"],
		// One server at a time: the machine is small and the faults are timed.
		fileParallelism: false,
		testTimeout: 300_000,
		hookTimeout: 300_000,
		// What the suites measured and which server they ran against is part of the result.
		disableConsoleIntercept: true,
	},
});
