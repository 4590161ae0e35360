export { withCallContext } from "./correlation/call-context.ts";
export type { CallContext } from "./correlation/call-context.ts";
export type { A2aIds } from "./extension/claim.ts";
export { AUDIT_EXTENSION } from "./extension/identifier.ts";
export type { ExtensionOptions } from "./extension/settings.ts";
export { discoveryRead } from "./discovery/discovery-read.ts";
export type { DiscoveryRead } from "./discovery/discovery-read.ts";
export { approvalDecided } from "./inputs/approval-decided.ts";
export type { Approval } from "./inputs/approval-decided.ts";
export { instrumentation, instrumentClient, instrumentServer } from "./instrumentation.ts";
export type {
	Connectable,
	HighLevelServer,
	Instrumentation,
	InstrumentationOptions,
} from "./instrumentation-options.ts";
export { measureAudit } from "./otel/measure-audit.ts";
export type { MeasureAuditOptions } from "./otel/measure-audit.ts";
export type { HookedRequest, HookedResponse } from "./otel/hooks.ts";
export { operatingSystemUser } from "./identity/operating-system-user.ts";
export type { Identify, IdentifyRequest, Identity, KnownIdentity } from "./identity/identity.ts";
export type { Fetch } from "./client/companion.ts";
export type { ListedServer } from "./hook/reached.ts";
export type { TrustedHops } from "./http/client-address.ts";
export type { AuthFacts, AuthScheme, Carried } from "./credentials.ts";
export type { Closing, Connection, Reached } from "./peer-connection.ts";
export type {
	Direction,
	Ending,
	Exchange,
	LocalInput,
	Observation,
	Observer,
	Refusal,
	Seen,
	TraceIds,
} from "./observer.ts";
export type { JsonObject, Meta } from "./json-object.ts";
export type { Misfit } from "./hook/frame.ts";
