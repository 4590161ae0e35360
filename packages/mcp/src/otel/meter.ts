import * as api from "@opentelemetry/api";

const SCOPE = "@mcp-trail/mcp";

/** The meter of a provider; undefined for what the API hands out where there is no SDK: nobody would read it. */
export function meterOf(provider: api.MeterProvider): api.Meter | undefined {
	const meter = provider.getMeter(SCOPE);
	return meter === api.createNoopMeter() ? undefined : meter;
}
