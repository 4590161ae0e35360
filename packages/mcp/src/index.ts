export { instrumentation, instrumentClient, instrumentServer } from "./instrumentation.ts";
export type {
	Connectable,
	HighLevelServer,
	Instrumentation,
	InstrumentationOptions,
} from "./instrumentation.ts";
export type {
	AuthFacts,
	Connection,
	Direction,
	Ending,
	Exchange,
	JsonObject,
	Meta,
	Observation,
	Observer,
	Refusal,
	Seen,
	TraceIds,
} from "./observer.ts";
