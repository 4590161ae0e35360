export { instrumentation, instrumentClient, instrumentServer } from "./instrumentation.ts";
export type {
	Connectable,
	HighLevelServer,
	Instrumentation,
	InstrumentationOptions,
} from "./instrumentation.ts";
export { measureAudit } from "./otel/measure-audit.ts";
export type { MeasureAuditOptions } from "./otel/measure-audit.ts";
export type { HookedRequest, HookedResponse } from "./otel/hooks.ts";
export type {
	AuthFacts,
	Closing,
	Connection,
	Direction,
	Ending,
	Exchange,
	JsonObject,
	Meta,
	Misfit,
	Observation,
	Observer,
	Refusal,
	Seen,
	TraceIds,
} from "./observer.ts";
