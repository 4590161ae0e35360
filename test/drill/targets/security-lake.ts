import { securityLakeSink } from "@mcp-trail/sinks/security-lake";
import { fakeBucket, KEYS } from "../../../packages/sinks/src/s3/testing/fake-bucket.ts";
import { readLakeObject } from "../../../packages/sinks/src/security-lake/testing/read-lake-object.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes objects of one OCSF class each, looks at no event in them, and keeps the first of each key. */
export const target: DrillTarget = {
	name: "security-lake",
	busy: { status: 503, body: "<Error><Code>SlowDown</Code></Error>" },
	unauthorized: { status: 403, body: "<Error><Code>ExpiredToken</Code></Error>" },
	start: async () => {
		const { server, objects, close } = await fakeBucket();
		return {
			url: server.url,
			sink: (endpoint, { timeoutMs }) =>
				securityLakeSink({
					bucket: "audit",
					region: "eu-central-1",
					endpoint,
					credentials: KEYS,
					timeoutMs,
					lingerMs: 50,
				}),
			received: async () => {
				const found: string[] = [];
				for (const { body } of objects.values()) {
					const rows = await readLakeObject(body);
					found.push(...rows.map(({ metadata }) => metadata.uid));
				}
				return found;
			},
			close,
		};
	},
};
