import * as api from "@opentelemetry/api";
import type { Audit } from "@mcp-trail/audit";
import { meterOf } from "./meter.ts";
import { ATTR_SINK_NAME, ATTR_SINK_STATE, trailInstruments } from "./trail-instruments.ts";
import { type TrailSums, trailSums } from "./trail-totals.ts";

// Module state on purpose: one set of instruments a provider, however many audits and instrumentations there are.
const measured = new WeakMap<
	api.MeterProvider,
	{ readonly sums: TrailSums; readonly known: WeakSet<object> }
>();

/** Where the metrics of {@link measureAudit} go. */
export interface MeasureAuditOptions {
	/** @default the globally registered provider */
	readonly meterProvider?: api.MeterProvider;
}

/**
 * Measures how an audit is doing, by the names of OTEP 0267 (draft): recorded, lost, queued, delivered, refused, lag,
 * disk. `instrumentation({ audit })` does it by itself; call it for an audit that no instrumentation has, once the
 * OpenTelemetry SDK is started. A second call for the same audit does nothing.
 *
 * Returns false while no meter provider is registered: nothing is measured then.
 *
 * @example
 * const audit = openAudit({ service: "tickets", trail: fileTrail({ dir: "/var/lib/tickets/audit" }) });
 * measureAudit(audit);
 */
export function measureAudit(
	audit: Pick<Audit, "health">,
	options: MeasureAuditOptions = {},
): boolean {
	const provider = options.meterProvider ?? api.metrics.getMeterProvider();
	let found = measured.get(provider);
	if (found === undefined) {
		const meter = meterOf(provider);
		if (meter === undefined) return false;
		found = { sums: trailSums(), known: new WeakSet() };
		measured.set(provider, found);
		observeTotals(meter, found.sums);
	}
	if (found.known.has(audit)) return true;
	found.known.add(audit);
	found.sums.add(audit);
	return true;
}

/** Nothing is counted as it happens: the audits are asked whenever metrics are collected. */
function observeTotals(meter: api.Meter, sums: TrailSums): void {
	const instruments = trailInstruments(meter);
	meter.addBatchObservableCallback((observer) => {
		const { recorded, lost, queued, storage, sinks } = sums.totals();
		observer.observe(instruments.recorded, recorded);
		observer.observe(instruments.lost, lost);
		observer.observe(instruments.queued, queued);
		if (storage !== undefined) {
			observer.observe(instruments.stored, storage.stored);
			observer.observe(instruments.limit, storage.limit);
		}
		for (const [name, { delivered, refused, retries, lag, states }] of sinks) {
			const sink = { [ATTR_SINK_NAME]: name };
			observer.observe(instruments.delivered, delivered, sink);
			observer.observe(instruments.refused, refused, sink);
			observer.observe(instruments.retries, retries, sink);
			observer.observe(instruments.lag, lag, sink);
			for (const [state, count] of Object.entries(states))
				observer.observe(instruments.state, count, { ...sink, [ATTR_SINK_STATE]: state });
		}
	}, Object.values(instruments));
}
