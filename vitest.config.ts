import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { proofs } from "./test/proofs.ts";

const conditions = ["@mcp-trail/source", "node", "import", "default"];

export default defineConfig({
	resolve: { conditions },
	ssr: { resolve: { conditions, externalConditions: ["@mcp-trail/source"] } },
	test: {
		reporters: ["default", proofs()],
		// Against hanging only: a machine that has other work to do makes no test fail.
		testTimeout: 120_000,
		hookTimeout: 120_000,
		// Vitest leaves a core to itself, which of two is half the machine.
		maxWorkers: Math.max(2, availableParallelism() - 1),
		projects: [
			{
				extends: true,
				test: {
					name: "unit-pure",
					include: ["packages/{event,formats,integrity}/src/**/*.test.ts"],
					exclude: ["**/node_modules/**", "**/*.long.test.ts"],
					// Nothing in them has state to keep apart, and loading the schema for each file costs more than its tests.
					isolate: false,
				},
			},
			{
				extends: true,
				test: {
					name: "unit",
					include: ["packages/*/src/**/*.test.ts"],
					exclude: [
						"**/node_modules/**",
						"packages/{event,formats,integrity}/**",
						"**/*.long.test.ts",
					],
				},
			},
			{
				extends: true,
				test: {
					name: "e2e",
					include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
					// Suites that need a real server are started by .ci/run with their own configuration;
					// what takes minutes by `npm run test:long`.
					exclude: ["**/node_modules/**", "test/services/**", "**/*.long.test.ts"],
				},
			},
		],
	},
});
