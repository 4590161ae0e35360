import assert from "node:assert/strict";
import { contractServer, type Reply } from "../../http/testing/contract-server.ts";

/** The intake: takes an array of at most 1,000 entries and 5 MB, all or nothing. */
export async function intake() {
	const received: { readonly event_id: string; readonly message: string }[] = [];
	const poison = new Set<string>();
	let replies: Reply[] = [];
	let always: Reply | undefined;
	let storing = false;
	const server = await contractServer((call) => {
		const entries: typeof received = JSON.parse(call.body.toString());
		const take = (): Reply => {
			assert.deepEqual([call.method, call.path], ["POST", "/api/v2/logs"]);
			if (call.headers["dd-api-key"] !== "key") return { status: 403 };
			if (call.body.byteLength > 5_000_000 || entries.length > 1000) return { status: 413 };
			if (entries.some(({ event_id }) => poison.has(event_id))) return { status: 400 };
			received.push(...entries);
			return { status: 202, body: {} };
		};
		const reply = replies.shift() ?? always;
		if (reply === undefined) return take();
		if (storing) take();
		return reply;
	});
	return {
		server,
		received,
		poison,
		ids: () =>
			received
				.filter(({ message }) => !message.includes("ext.mcp-trail.probe"))
				.map(({ event_id }) => event_id),
		answer: (next: Reply[], andStores = false) => {
			replies = next;
			storing = andStores;
		},
		always: (reply: Reply | undefined) => {
			always = reply;
		},
	};
}
