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
