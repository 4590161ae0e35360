import assert from "node:assert/strict";
import type { Call, Reply } from "../../http/testing/contract-server.ts";
import { scripted } from "../../http/testing/scripted.ts";

/** Why an item is refused. */
export interface ItemFault {
	readonly status: number;
	readonly type: string;
	readonly reason?: string;
}

interface Stored {
	readonly index: string;
	readonly id: string;
	readonly document: string;
}

/** A cluster as far as `_bulk` goes: create, conflict, and the errors of audit tables by item or request. */
export async function cluster() {
	const stored: Stored[] = [];
	const itemFaults = new Map<string, ItemFault>();
	const bulk = (call: Call): Reply => {
		assert.equal(call.method, "POST");
		assert.equal(call.path, "/_bulk");
		assert.equal(call.headers["content-type"], "application/x-ndjson");
		const lines = call.body.toString().split("\n");
		assert.equal(lines.pop(), "");
		const items = [];
		for (let at = 0; at < lines.length; at += 2) {
			const { create } = JSON.parse(lines[at] ?? "");
			const { _index: index, _id: id } = create;
			const found = itemFaults.get(id);
			const exists = stored.some((one) => one.index === index && one.id === id);
			const error: ItemFault | undefined =
				found ?? (exists ? { status: 409, type: "version_conflict_engine_exception" } : undefined);
			if (!error) stored.push({ index, id, document: lines[at + 1] ?? "" });
			items.push({
				create: error
					? {
							_id: id,
							status: error.status,
							error: { type: error.type, reason: error.reason ?? "" },
						}
					: { _id: id, status: 201 },
			});
		}
		return {
			status: 200,
			body: { errors: items.some(({ create }) => create.status > 299), items },
		};
	};
	const destination = await scripted(bulk);
	return {
		...destination,
		stored,
		itemFaults,
		ids: () => stored.filter(({ index }) => !index.endsWith("-probe")).map(({ id }) => id),
	};
}
