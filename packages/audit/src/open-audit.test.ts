import type { NewEvent, StoredEvent } from "@mcp-trail/event";
import { validate } from "@mcp-trail/event/schema";
import type { SealedEvent } from "@mcp-trail/integrity";
import { describe, expect, it } from "vitest";
import { openAudit } from "./open-audit.ts";
import type { Sink } from "./sink.ts";

function collecting(name = "memory"): Sink & { readonly got: StoredEvent[] } {
	const got: StoredEvent[] = [];
	return {
		name,
		delivery: "at_least_once",
		ordered: true,
		limits: { lingerMs: 0 },
		got,
		async write(batch: readonly SealedEvent[]) {
			for (const one of batch) got.push(one.event);
		},
	};
}

const paid = (n: number): NewEvent => ({
	type: "ext.com.example.paid",
	severity: "informational",
	labels: { n: String(n) },
});

describe("openAudit", () => {
	it("records, delivers in order, closes", async () => {
		const sink = collecting();
		const audit = openAudit({ service: "tickets", sinks: [sink] });
		for (let n = 0; n < 1000; n += 1) audit.record(paid(n));
		await audit.ready;
		await audit.flush(AbortSignal.timeout(5000));
		const report = await audit.close();
		expect(report).toMatchObject({
			recorded: 1002,
			lost: 0,
			undelivered: { memory: 0 },
			clean: true,
		});
		expect(sink.got.map(({ integrity }) => integrity.sequence)).toEqual(
			Array.from({ length: 1002 }, (_, index) => index + 1),
		);
		expect(sink.got.map(({ type }) => type)).toEqual([
			"trail.started",
			...Array.from({ length: 1000 }, () => "ext.com.example.paid"),
			"trail.stopped",
		]);
		for (const event of sink.got)
			expect(validate(event, { as: "writer" })).toMatchObject({ valid: true });
	});
});
