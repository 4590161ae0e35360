import * as api from "@opentelemetry/api";
import { memoryTrail, openAudit, type Audit, type Health } from "@mcp-trail/audit";
import { DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { instrumentation } from "../instrumentation.ts";
import { keptMetrics } from "../testing/telemetry.ts";
import { measureAudit } from "./measure-audit.ts";
import { TRAIL_INSTRUMENTS, type TrailInstrument } from "./trail-instruments.ts";

let { reader, meterProvider } = keptMetrics();
beforeEach(() => {
	({ reader, meterProvider } = keptMetrics());
});
afterEach(async () => {
	api.metrics.disable();
	await meterProvider.shutdown();
});

async function collected(): Promise<readonly MetricData[]> {
	const { resourceMetrics, errors } = await reader.collect();
	expect(errors).toEqual([]);
	return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}

/** Each point as `name{values of its attributes}`. */
async function values(): Promise<Readonly<Record<string, number>>> {
	const points = (await collected()).flatMap(({ descriptor: { name }, dataPoints }) =>
		dataPoints.map(({ attributes, value }) => {
			const labels = Object.values(attributes).join();
			return [labels === "" ? name : `${name}{${labels}}`, Number(value)] as const;
		}),
	);
	return Object.fromEntries(points);
}

/** An audit that says of itself what it is told. */
const saying = (health: () => Health): Pick<Audit, "health"> => ({ health });
const lane = {
	sink: "kafka",
	state: "retrying",
	lagEvents: 5,
	delivered: 90,
	refused: 2,
	retries: 7,
} as const;
const trail = {
	streamId: "s",
	durability: "disk",
	pendingEvents: 0,
	pendingBytes: 0,
	storedBytes: 4_096,
	maxBytes: 65_536,
	lostEvents: 3,
} as const;
const health = (over: Partial<Health> = {}): Health => ({
	state: "open",
	recorded: 100,
	lost: 3,
	queued: 4,
	trail,
	lanes: [lane],
	...over,
});

const kinds = {
	counter: { dataPointType: DataPointType.SUM, isMonotonic: true },
	up_down_counter: { dataPointType: DataPointType.SUM, isMonotonic: false },
	gauge: { dataPointType: DataPointType.GAUGE },
} as const;

describe("the trail's own metrics", () => {
	it("[otel.trail_metrics] are those of the table: names, kinds, units and attributes", async () => {
		measureAudit(
			saying(() => health()),
			{ meterProvider },
		);
		const metrics = await collected();
		const table: readonly TrailInstrument[] = Object.values(TRAIL_INSTRUMENTS);
		expect(metrics.map(({ descriptor }) => descriptor.name).toSorted()).toEqual(
			table.map(({ name }) => name).toSorted(),
		);
		for (const metric of metrics) {
			const { name, unit, description, valueType } = metric.descriptor;
			expect(valueType).toBe(api.ValueType.INT);
			const row = table.find((one) => one.name === name);
			expect(row).toMatchObject({ unit, description });
			expect(metric).toMatchObject(kinds[row?.kind ?? "gauge"]);
			for (const { attributes } of metric.dataPoints)
				expect(Object.keys(attributes)).toEqual(row?.attributes);
		}
	});

	it("[otel.trail_metrics] say what the audit says", async () => {
		measureAudit(
			saying(() => health()),
			{ meterProvider },
		);
		expect(await values()).toEqual({
			"audit.records.emitted": 100,
			"audit.records.dropped": 3,
			"audit.queue.depth": 4,
			"audit.records.exported{kafka}": 90,
			"mcp_trail.records.refused{kafka}": 2,
			"mcp_trail.sink.retries{kafka}": 7,
			"mcp_trail.sink.lag{kafka}": 5,
			"mcp_trail.sink.state{kafka,delivering}": 0,
			"mcp_trail.sink.state{kafka,retrying}": 1,
			"mcp_trail.sink.state{kafka,holding}": 0,
			"mcp_trail.sink.state{kafka,closed}": 0,
			"mcp_trail.trail.size": 4_096,
			"mcp_trail.trail.limit": 65_536,
		});
	});

	it("[otel.trail_metrics] are sums over the audits of a process, each of them once", async () => {
		const [one, other] = [
			saying(() => health()),
			saying(() => health({ lanes: [{ ...lane, state: "holding" }] })),
		];
		for (const audit of [one, one, other]) measureAudit(audit, { meterProvider });
		expect(await values()).toMatchObject({
			"audit.records.emitted": 200,
			"audit.records.exported{kafka}": 180,
			"mcp_trail.sink.state{kafka,retrying}": 1,
			"mcp_trail.sink.state{kafka,holding}": 1,
			"mcp_trail.trail.size": 8_192,
		});
	});

	it("[otel.trail_metrics] of a closed audit: its counters stand, what it held is gone, and it is let go", async () => {
		let asked = 0;
		const closed = saying(() => {
			asked++;
			return health({ state: "closed" });
		});
		measureAudit(closed, { meterProvider });
		measureAudit(
			saying(() => health()),
			{ meterProvider },
		);
		for (let time = 0; time < 3; time++)
			expect(await values()).toMatchObject({
				"audit.records.emitted": 200,
				"audit.records.dropped": 6,
				"audit.queue.depth": 4,
				"mcp_trail.sink.lag{kafka}": 5,
				"mcp_trail.sink.state{kafka,retrying}": 1,
				"mcp_trail.trail.size": 4_096,
			});
		expect(asked).toBe(1);
	});

	it("[otel.trail_metrics] come with the audit of an instrumentation, also where the SDK starts later", async () => {
		const audit = openAudit({ service: "measured", trail: memoryTrail() });
		await audit.ready;
		expect(measureAudit(audit)).toBe(false);
		instrumentation({ audit, metrics: false, meterProvider });
		expect(await values()).toEqual({});
		instrumentation({ audit, meterProvider });
		await audit.flush(AbortSignal.timeout(5_000));
		expect(await values()).toMatchObject({ "audit.records.emitted": 1, "audit.queue.depth": 0 });
		await audit.close();
	});
});
