import assert from "node:assert/strict";
import type { Call, Reply } from "../../http/testing/contract-server.ts";
import { scripted } from "../../http/testing/scripted.ts";

interface Received {
	readonly line: string;
	readonly id: string;
	readonly time: number;
	readonly fields: Readonly<Record<string, unknown>>;
	readonly probe: boolean;
}

const hecAnswer = (code: number, status: number, more = {}): Reply => ({
	status,
	body: { text: "…", code, ...more },
});

/** A collector with indexer acknowledgement: parses one object a line, indexes it after so many questions, says yes once. */
export async function collector({ acknowledges = true, questions = 0 } = {}) {
	const indexed: Received[] = [];
	const waiting = new Map<number, number>();
	let ackId = 0;
	const take = ({ body, headers }: Call, poison: ReadonlySet<string>): Reply => {
		const lines = body.toString().trimEnd().split("\n");
		const parsed = lines.map((line) => JSON.parse(line));
		const bad = parsed.findIndex(({ fields }) => poison.has(fields.event_id));
		if (bad >= 0) return hecAnswer(12, 400, { "invalid-event-number": bad });
		for (const [at, { event, fields, time }] of parsed.entries()) {
			const line = lines[at] ?? "";
			indexed.push({
				line: line.slice(line.indexOf('"event":') + 8, -1),
				id: fields.event_id,
				time,
				fields,
				probe: event.type === "ext.mcp-trail.probe",
			});
		}
		if (!acknowledges) return hecAnswer(0, 200);
		assert.match(String(headers["x-splunk-request-channel"]), /^[0-9a-f-]{36}$/u);
		waiting.set(ackId, questions);
		return hecAnswer(0, 200, { ackId: ackId++ });
	};
	const acknowledge = (call: Call): Reply => {
		if (!acknowledges) return hecAnswer(14, 400);
		assert.equal(call.query.get("channel"), call.headers["x-splunk-request-channel"]);
		const acks: Record<string, boolean> = {};
		for (const id of JSON.parse(call.body.toString()).acks) {
			const left = waiting.get(id);
			acks[id] = left === 0;
			if (left === 0) waiting.delete(id);
			else if (left !== undefined) waiting.set(id, left - 1);
		}
		return { status: 200, body: { acks } };
	};
	const destination = await scripted(take, (call) => {
		assert.equal(call.method, "POST");
		if (call.headers.authorization !== "Splunk token") return hecAnswer(4, 403);
		if (call.path === "/services/collector/ack") return acknowledge(call);
		assert.equal(call.path, "/services/collector/event");
		return undefined;
	});
	return {
		...destination,
		indexed,
		ids: () => indexed.filter(({ probe }) => !probe).map(({ id }) => id),
	};
}
