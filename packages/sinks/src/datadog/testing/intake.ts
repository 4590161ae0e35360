import assert from "node:assert/strict";
import { scripted } from "../../http/testing/scripted.ts";

interface Entry {
	readonly event_id: string;
	readonly message: string;
}

const isProbe = ({ message }: Entry): boolean => message.includes("ext.mcp-trail.probe");

/** The intake: takes an array of at most 1,000 entries and 5 MB, all or nothing. */
export async function intake() {
	const received: Entry[] = [];
	const destination = await scripted(({ method, path, headers, body }, poison) => {
		const entries: readonly Entry[] = JSON.parse(body.toString());
		assert.deepEqual([method, path], ["POST", "/api/v2/logs"]);
		if (headers["dd-api-key"] !== "key") return { status: 403 };
		if (body.byteLength > 5_000_000 || entries.length > 1000) return { status: 413 };
		if (entries.some(({ event_id }) => poison.has(event_id))) return { status: 400 };
		received.push(...entries);
		return { status: 202, body: {} };
	});
	return {
		...destination,
		received,
		probes: () => received.filter(isProbe).length,
		ids: () => received.filter((entry) => !isProbe(entry)).map(({ event_id }) => event_id),
	};
}
