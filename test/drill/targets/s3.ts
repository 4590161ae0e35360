import { s3Sink } from "@mcp-trail/sinks/s3";
import { fakeBucket, KEYS, linesOf } from "../../../packages/sinks/src/s3/testing/fake-bucket.ts";
import type { DrillTarget } from "../drill-target.ts";

const said = (code: string): string => `<Error><Code>${code}</Code><Message>no</Message></Error>`;

/** Takes an object or does not; one that it has already is found by its key. */
export const target: DrillTarget = {
	name: "s3",
	busy: { status: 503, headers: { "retry-after": "1" }, body: said("SlowDown") },
	unauthorized: { status: 403, body: said("InvalidAccessKeyId") },
	start: async () => {
		const fake = await fakeBucket();
		return {
			url: fake.server.url,
			sink: (endpoint, { timeoutMs }) =>
				s3Sink({
					bucket: "audit",
					region: "eu-central-1",
					endpoint,
					credentials: KEYS,
					timeoutMs,
					// So that a fault meets many objects.
					lingerMs: 5,
					maxObjectEvents: 20,
				}),
			received: () => linesOf(fake).map((line) => JSON.parse(line).id),
			close: fake.close,
		};
	},
};
