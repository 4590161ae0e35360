import { gunzipSync } from "node:zlib";
import { s3Sink } from "@mcp-trail/sinks/s3";
import { fakeBucket, KEYS } from "../../../packages/sinks/src/s3/testing/fake-bucket.ts";
import type { DrillTarget } from "../drill-target.ts";

/** Takes objects, looks at no event in them, and keeps the first of each key. */
export const target: DrillTarget = {
	name: "s3",
	busy: { status: 503, body: "<Error><Code>SlowDown</Code></Error>" },
	unauthorized: { status: 403, body: "<Error><Code>ExpiredToken</Code></Error>" },
	start: async () => {
		const { server, objects, close } = await fakeBucket();
		return {
			url: server.url,
			sink: (endpoint, { timeoutMs }) =>
				s3Sink({
					bucket: "audit",
					region: "eu-central-1",
					endpoint,
					credentials: KEYS,
					timeoutMs,
					lingerMs: 50,
				}),
			received: () =>
				[...objects]
					.toSorted(([a], [b]) => (a < b ? -1 : 1))
					.flatMap(([, { body }]) => gunzipSync(body).toString().trimEnd().split("\n"))
					.map((line) => {
						const { id }: { id: string } = JSON.parse(line);
						return id;
					}),
			close,
		};
	},
};
