import { defineConfig } from "vitest/config";

const conditions = ["@mcp-trail/source", "node", "import", "default"];

export default defineConfig({
	resolve: { conditions },
	ssr: { resolve: { conditions, externalConditions: ["@mcp-trail/source"] } },
	test: {
		testTimeout: 30_000,
		hookTimeout: 60_000,
		projects: [
			{ extends: true, test: { name: "unit", include: ["packages/*/src/**/*.test.ts"] } },
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
