export type { Audit, CloseReport, Health, LaneHealth } from "./audit.ts";
export { AuditError } from "./audit-error.ts";
export type { CodedError } from "./audit-error.ts";
export type { AuditOptions } from "./audit-options.ts";
export { defaultPolicy, type DefaultPolicyOptions } from "./default-policy.ts";
export type { DeadLettersOptions } from "./delivery/dead-letters.ts";
export type { DeliveryTimes } from "./delivery/delivery-times.ts";
export type { Digester, DigestKind } from "./digester.ts";
export { errorCodes } from "./error-codes.ts";
export type { AuditErrorCode, ErrorCodeEntry } from "./error-codes.ts";
export { digestKeysFromFile, parseDigestKeys } from "./keys/key-file.ts";
export { keyedDigester } from "./keys/keyed-digester.ts";
export type { DigestKey, DigestKeys } from "./keys/keyed-digester.ts";
export { onceAMinute } from "./once-a-minute.ts";
export { openAudit } from "./open-audit.ts";
export type { Decision, Level, Policy, Subject } from "./policy.ts";
export type { Delivery, RefusedItem, Sink, SinkError, SinkLimits, Verdict } from "./sink.ts";
export { nodeSystem } from "./system/node-system.ts";
export type {
	Clock,
	FileHandle,
	Files,
	FileStatus,
	OpenFlag,
	ProcessIdentity,
	System,
	Timers,
} from "./system.ts";
export { fileTrail } from "./trail/file-trail.ts";
export type { FileTrailOptions } from "./trail/file-trail.ts";
export { followTrail } from "./trail/follow-trail.ts";
export type { FollowOptions } from "./trail/follow-trail.ts";
export { inspectTrail, readSegments } from "./trail/inspect-trail.ts";
export type { InspectedSegment, InspectedStream, InspectedTrail } from "./trail/inspect-trail.ts";
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
