import * as api from "@opentelemetry/api";

/** One instrument by which a trail says how it is doing. */
export interface TrailInstrument {
	readonly name: string;
	readonly kind: "counter" | "up_down_counter" | "gauge";
	readonly unit: "{record}" | "{attempt}" | "{sink}" | "By";
	readonly description: string;
	/** Attributes of its points; none = one point. */
	readonly attributes: readonly string[];
}

export const ATTR_SINK_NAME = "mcp_trail.sink.name";
export const ATTR_SINK_STATE = "mcp_trail.sink.state";

const SINK = [ATTR_SINK_NAME] as const;

/**
 * The trail's own metrics. `audit.*` are the names of OTEP 0267, a draft that was not merged; what it has no name
 * for is in our own namespace.
 */
export const TRAIL_INSTRUMENTS = {
	recorded: {
		name: "audit.records.emitted",
		kind: "counter",
		unit: "{record}",
		description: "Records that are durable in the trail, its own included.",
		attributes: [],
	},
	lost: {
		name: "audit.records.dropped",
		kind: "counter",
		unit: "{record}",
		description: "Records that could not be kept; anything but 0 is an alert.",
		attributes: [],
	},
	queued: {
		name: "audit.queue.depth",
		kind: "gauge",
		unit: "{record}",
		description: "Records handed over and not yet durable.",
		attributes: [],
	},
	delivered: {
		name: "audit.records.exported",
		kind: "counter",
		unit: "{record}",
		description: "Records that a sink has acknowledged.",
		attributes: SINK,
	},
	refused: {
		name: "mcp_trail.records.refused",
		kind: "counter",
		unit: "{record}",
		description: "Records that a sink refused for good; they are dead letters.",
		attributes: SINK,
	},
	retries: {
		name: "mcp_trail.sink.retries",
		kind: "counter",
		unit: "{attempt}",
		description: "Attempts to deliver that had to be made again.",
		attributes: SINK,
	},
	lag: {
		name: "mcp_trail.sink.lag",
		kind: "up_down_counter",
		unit: "{record}",
		description: "Records in the trail that a sink does not have yet.",
		attributes: SINK,
	},
	state: {
		name: "mcp_trail.sink.state",
		kind: "up_down_counter",
		unit: "{sink}",
		description: "1 for the state a sink is in, 0 for the others; holding waits for an operator.",
		attributes: [ATTR_SINK_NAME, ATTR_SINK_STATE],
	},
	stored: {
		name: "mcp_trail.trail.size",
		kind: "up_down_counter",
		unit: "By",
		description: "Bytes that the trail keeps on disk or in memory.",
		attributes: [],
	},
	limit: {
		name: "mcp_trail.trail.limit",
		kind: "up_down_counter",
		unit: "By",
		description: "Bytes that the trail may keep.",
		attributes: [],
	},
} as const satisfies Readonly<Record<string, TrailInstrument>>;

type TrailInstruments = Readonly<Record<keyof typeof TRAIL_INSTRUMENTS, api.Observable>>;

/** Makes the instruments on a meter. */
export function trailInstruments(meter: api.Meter): TrailInstruments {
	const make = ({ name, kind, unit, description }: TrailInstrument): api.Observable => {
		const options = { unit, description, valueType: api.ValueType.INT };
		if (kind === "counter") return meter.createObservableCounter(name, options);
		if (kind === "gauge") return meter.createObservableGauge(name, options);
		return meter.createObservableUpDownCounter(name, options);
	};
	const { recorded, lost, queued, delivered, refused } = TRAIL_INSTRUMENTS;
	const { retries, lag, state, stored, limit } = TRAIL_INSTRUMENTS;
	return {
		recorded: make(recorded),
		lost: make(lost),
		queued: make(queued),
		delivered: make(delivered),
		refused: make(refused),
		retries: make(retries),
		lag: make(lag),
		state: make(state),
		stored: make(stored),
		limit: make(limit),
	};
}
