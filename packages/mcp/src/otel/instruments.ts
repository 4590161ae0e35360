import * as api from "@opentelemetry/api";
import { meterOf } from "./meter.ts";
import {
	ATTR_ERROR_TYPE,
	ATTR_GEN_AI_PROMPT_NAME,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_MCP_METHOD_NAME,
	ATTR_MCP_PROTOCOL_VERSION,
	DURATION_BOUNDARIES,
	METRIC_MCP_CLIENT_OPERATION_DURATION,
	METRIC_MCP_CLIENT_SESSION_DURATION,
	METRIC_MCP_SERVER_OPERATION_DURATION,
	METRIC_MCP_SERVER_SESSION_DURATION,
	VALUE_OTHER,
} from "./semconv.ts";

/** The durations of one side on one meter, in seconds, and the values they have carried. */
export interface SideInstruments {
	readonly operation: api.Histogram;
	readonly session: api.Histogram;
	/** What requests that went well have said, by its parts; nobody changes it. */
	readonly usual: Map<string, api.Attributes>;
	/** The value itself, or `_OTHER` beyond the attribute's bound; `admits` false = only if it was seen before. */
	readonly bounded: (attribute: BoundedAttribute, value: string, admits: boolean) => string;
}

/** The four durations of the MCP conventions. */
export interface Instruments {
	readonly client: SideInstruments;
	readonly server: SideInstruments;
}

/** Distinct values of each attribute that a peer chooses; the names of tools and prompts are the widest. */
const BOUNDS = {
	[ATTR_ERROR_TYPE]: 100,
	[ATTR_GEN_AI_PROMPT_NAME]: 1_000,
	[ATTR_GEN_AI_TOOL_NAME]: 1_000,
	[ATTR_MCP_METHOD_NAME]: 200,
	[ATTR_MCP_PROTOCOL_VERSION]: 20,
	"rpc.response.status_code": 100,
	"rpc.status_code": 100,
} as const;

/** An attribute whose values a peer chooses. */
export type BoundedAttribute = keyof typeof BOUNDS;

function instrumentsOf(meter: api.Meter): Instruments {
	const histogram = (name: string, description: string): api.Histogram =>
		meter.createHistogram(name, {
			unit: "s",
			description,
			advice: { explicitBucketBoundaries: [...DURATION_BOUNDARIES] },
		});
	return {
		client: {
			operation: histogram(
				METRIC_MCP_CLIENT_OPERATION_DURATION,
				"Time from sending an MCP request or notification until its response or acknowledgement.",
			),
			session: histogram(
				METRIC_MCP_CLIENT_SESSION_DURATION,
				"Time an MCP session lasted, seen by the client.",
			),
			usual: new Map(),
			bounded: bound(),
		},
		server: {
			operation: histogram(
				METRIC_MCP_SERVER_OPERATION_DURATION,
				"Time from receiving an MCP request or notification until its response or acknowledgement.",
			),
			session: histogram(
				METRIC_MCP_SERVER_SESSION_DURATION,
				"Time an MCP session lasted, seen by the server.",
			),
			usual: new Map(),
			bounded: bound(),
		},
	};
}

function bound(): SideInstruments["bounded"] {
	const seen = new Map<BoundedAttribute, Set<string>>();
	return (attribute, value, admits) => {
		let values = seen.get(attribute);
		if (values === undefined) seen.set(attribute, (values = new Set()));
		if (values.has(value)) return value;
		if (!admits || values.size >= BOUNDS[attribute]) return VALUE_OTHER;
		values.add(value);
		return value;
	};
}

// Module state on purpose: a bound on the values of a metric holds only if all instrumentations of a process share it.
const made = new WeakMap<api.MeterProvider, Instruments | undefined>();

/**
 * Finds the instruments to use now; undefined while no meter provider is registered, which may happen later.
 * `found` is told of each provider that is.
 */
export function instrumentsSource(
	given?: api.MeterProvider,
	found?: (provider: api.MeterProvider) => void,
): () => Instruments | undefined {
	let provider: api.MeterProvider | undefined;
	let instruments: Instruments | undefined;
	return () => {
		const current = given ?? api.metrics.getMeterProvider();
		if (current === provider) return instruments;
		provider = current;
		instruments = made.get(current);
		if (instruments === undefined) {
			const meter = meterOf(current);
			if (meter !== undefined) {
				instruments = instrumentsOf(meter);
				made.set(current, instruments);
			}
		}
		if (instruments !== undefined) found?.(current);
		return instruments;
	};
}
