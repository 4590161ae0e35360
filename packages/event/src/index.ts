export { bounds } from "./bounds.ts";
export { cleanMessage } from "./clean-message.ts";
export { cleanText } from "./clean-text.ts";
export { cleanUri } from "./clean-uri.ts";
export { inMemberOrder } from "./in-member-order.ts";
export { lineMembers } from "./line-members.ts";
export type { LineMembers } from "./line-members.ts";
export { memberOrder } from "./member-order.gen.ts";
export { patterns } from "./patterns.ts";
export { severityByReason, severityByStatus, severityByType, severityOf } from "./severity.ts";
export type { Severity } from "./severity.ts";
export { timeText } from "./time-text.ts";
export { trimToFit, trimmingOrder } from "./trim-to-fit.ts";
export type {
	A2a,
	Actor,
	AuditEvent,
	Auth,
	AuthorizationDetail,
	CheckpointDetail,
	ClientInfo,
	ConfigDetail,
	ConnectionDetail,
	ContentPart,
	DefinitionDetail,
	Delegate,
	DiscoveryDetail,
	FindingDetail,
	HeaderMismatch,
	Hints,
	Http,
	InputDetail,
	Integrity,
	LossDetail,
	Mcp,
	MrtrDetail,
	Network,
	NewEvent,
	Operation,
	Outcome,
	Principal,
	Producer,
	PruneDetail,
	Recording,
	RecoveryDetail,
	Redaction,
	RequestMessage,
	ResponseMessage,
	ServerInfo,
	Shape,
	SinkDetail,
	SkillDetail,
	StoredEvent,
	SubscriptionDetail,
	Target,
	TaskDetail,
	Trace,
} from "./types.gen.ts";
export { UUID7_RANDOM_BYTES, uuid7 } from "./uuid7.ts";
export {
	SCHEMA_VERSION,
	digestKinds,
	eventTypes,
	findingRules,
	isKnownType,
	layers,
	reasons,
	requiredBlocks,
	severities,
	statuses,
} from "./vocabulary.ts";
export type {
	DigestKind,
	EventType,
	FindingRule,
	KnownType,
	Reason,
	Status,
} from "./vocabulary.ts";
export { isWord } from "./words.ts";
