export type { Audit, CloseReport, Health, LaneHealth } from "./audit.ts";
export type { Digester, DigestKind } from "./digester.ts";
export type { Decision, Level, Policy, Subject } from "./policy.ts";
export type { Delivery, RefusedItem, Sink, SinkError, SinkLimits, Verdict } from "./sink.ts";
export { nodeSystem } from "./system/node-system.ts";
export type {
	Clock,
	FileHandle,
	Files,
	FileStatus,
	ProcessIdentity,
	System,
	Timers,
} from "./system.ts";
export { memoryTrail } from "./trail/memory-trail.ts";
export type { MemoryTrailOptions } from "./trail/memory-trail.ts";
export type {
	Batch,
	Limit,
	Loss,
	LossCause,
	OpenTrail,
	Position,
	Trail,
	TrailContext,
	TrailError,
	TrailErrorCode,
	TrailHealth,
	TrailReader,
} from "./trail.ts";
