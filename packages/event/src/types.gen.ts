// Generated from src/schema/ by `npm run generate`. Do not edit.

import type { EventType } from "./vocabulary.ts";

/** How it ended: status, who decided, why, and whether it acted. */
export interface Outcome {
	/** How it ended, by the table of outcomes. (closed list; same as ECS event.outcome) */
	readonly status: "success" | "failure" | "denied" | "rejected" | "cancelled" | "timeout" | "pending" | "unknown";
	/** Who decided; recorder = strict mode could not record it first. (open list; a reader takes an unknown value as `protocol`) */
	readonly layer?: "transport" | "protocol" | "auth" | "policy" | "handler" | "recorder";
	/** Why; required unless the status is success. (word; same as OTel error.type · ECS event.reason) */
	readonly reason?: string;
	/** May the side effect have happened? What an auditor asks first. (closed list) */
	readonly executed?: "yes" | "no" | "unknown";
	/** `CallToolResult.isError`, present whenever such a result was seen. (bool; same as OTel error.type=tool_error) */
	readonly tool_error?: boolean;
	/** JSON-RPC error code seen on the wire, never a local one. (integer; same as rpc.response.status_code) */
	readonly rpc_code?: number;
	/** Status of the HTTP exchange. (int 100..599; same as http.response.status_code) */
	readonly http_status?: number;
	/** False: the answer could not be sent. (bool) */
	readonly delivered?: boolean;
	/** Of a denial (SEP-2643, or a 401 or 403 challenge): can the caller do something about it. (open list; a reader takes an unknown value as `undisclosed`) */
	readonly remediation?: "available" | "unavailable" | "undisclosed";
	/** Scrubbed error text; only where policy says so. (text(512); same as ECS error.message) */
	readonly message?: string;
}

/** Who is behind a request. */
export interface Principal {
	/** What kind of subject. anonymous = known to be unauthenticated; unknown = cannot be known here. (open list; a reader takes an unknown value as `unknown`; same as OCSF user.type_id · OTEP audit.actor.type) */
	readonly type: "user" | "service" | "workload" | "anonymous" | "unknown";
	/** Subject; policy keeps this or `id_digest`. (text(256); same as ECS user.id · OCSF actor.user.uid) */
	readonly id?: string;
	/** Keyed digest of the subject (kind `principal`); policy keeps this or `id`. (keyed) */
	readonly id_digest?: string;
	/** Who vouches for `id`; the pair is the identity. (text(512); same as OCSF session.issuer) */
	readonly issuer?: string;
	/** Organisation, from claims or application. (text(128); same as ECS organization.id · OCSF tenant_uid) */
	readonly tenant?: string;
	/** verified = a credential this host checked; asserted = somebody said so; none = nothing is known. (closed list) */
	readonly assurance: "verified" | "asserted" | "none";
	/** Where the identity was learned. (open list; a reader takes an unknown value as `none`) */
	readonly source: "access_token" | "client_certificate" | "application" | "operating_system" | "none";
}

/** One actor of a delegation chain (RFC 8693 `act`). */
export interface Delegate {
	/** What kind of subject. anonymous = known to be unauthenticated; unknown = cannot be known here. (open list; a reader takes an unknown value as `unknown`) */
	readonly type: "user" | "service" | "workload" | "anonymous" | "unknown";
	/** Subject; policy keeps this or `id_digest`. (text(256)) */
	readonly id?: string;
	/** Keyed digest of the subject (kind `principal`); policy keeps this or `id`. (keyed) */
	readonly id_digest?: string;
	/** Who vouches for `id`. (text(512)) */
	readonly issuer?: string;
}

/** The client's own words about itself (`clientInfo`). */
export interface ClientInfo {
	/** Name of the client. (text(128); the peer's own word, never evidence; same as OCSF actor.app_name) */
	readonly name: string;
	/** Version of the client. (text(64); the peer's own word, never evidence) */
	readonly version?: string;
}

/** How the request was authenticated. The token itself has no field anywhere. */
export interface Auth {
	/** How the request authenticated. (open list; a reader takes an unknown value as `other`) */
	readonly scheme: "none" | "bearer" | "dpop" | "mtls" | "basic" | "api_key" | "other";
	/** Is the token bound to a key, and how. (open list; a reader takes an unknown value as `none`) */
	readonly binding?: "none" | "dpop" | "mtls";
	/** OAuth client. (text(512); same as OCSF actor.app_uid) */
	readonly client_id?: string;
	/** Scopes granted, as in the validated token. (≤ 64 × text(128)) */
	readonly scopes?: readonly string[];
	/** Audience, as in the validated token. (≤ 8 × text(512)) */
	readonly audience?: readonly string[];
	/** How the token was got: authorization_code, client_credentials, jwt_bearer, token_exchange. (word) */
	readonly grant?: string;
	/** Keyed digest of the token (kind `token`): tells two tokens apart, finds passthrough. (keyed) */
	readonly token_digest?: string;
	/** When the token expires. (time; same as OCSF session.expiration_time) */
	readonly token_expires?: string;
	/** RFC 7638 or RFC 8705 thumbprint of the binding key, which is public. (43 base64url) */
	readonly key_thumbprint?: string;
}

/** Who did it: identity, delegation, client, authentication. */
export interface Actor {
	/** Who is behind the request. */
	readonly principal: Principal;
	/** RFC 8693 `act` chain, current actor first. (≤ 10 × Delegate) */
	readonly delegation?: readonly Delegate[];
	/** The client's own words about itself (`clientInfo`). */
	readonly client?: ClientInfo;
	/** How the request was authenticated. */
	readonly auth?: Auth;
}

/** Tool annotations: the server's own words, never evidence. */
export interface Hints {
	/** `readOnlyHint`. (bool; the peer's own word, never evidence) */
	readonly read_only?: boolean;
	/** `destructiveHint`. (bool; the peer's own word, never evidence) */
	readonly destructive?: boolean;
	/** `idempotentHint`. (bool; the peer's own word, never evidence) */
	readonly idempotent?: boolean;
	/** `openWorldHint`. (bool; the peer's own word, never evidence) */
	readonly open_world?: boolean;
}

/** The server that was asked. */
export interface ServerInfo {
	/** Identity by configuration or origin; for a command, its digest. Names do not identify. (text(512); same as OCSF api.service.uid) */
	readonly id?: string;
	/** `serverInfo.name`. (text(128); the peer's own word, never evidence; same as OCSF api.service) */
	readonly name?: string;
	/** `serverInfo.version`. (text(64); the peer's own word, never evidence) */
	readonly version?: string;
}

/** What it was done to. */
export interface Target {
	/** Kind of thing. (open list; a reader takes an unknown value as `other`; same as OCSF resources[].type) */
	readonly kind: "tool" | "prompt" | "resource" | "resource_template" | "task" | "subscription" | "skill" | "completion" | "server" | "other";
	/** Tool or prompt, as asked for. (text(256); same as gen_ai.tool.name · gen_ai.prompt.name) */
	readonly name?: string;
	/** Resource, without user info, query and fragment. (uri(1024); same as mcp.resource.uri) */
	readonly uri?: string;
	/** Keyed digest of the whole URI (kind `uri`). (keyed) */
	readonly uri_digest?: string;
	/** False: a name no list has shown. (bool) */
	readonly known?: boolean;
	/** SHA-256 of the RFC 8785 form of the definition last listed: what the caller believed it was calling. (digest) */
	readonly definition_digest?: string;
	/** Age of that listing in milliseconds. (int) */
	readonly definition_age_ms?: number;
	/** Tool annotations. */
	readonly hints?: Hints;
	/** The server that was asked. */
	readonly server?: ServerInfo;
}

/** The Model Context Protocol's own words about the message. */
export interface Mcp {
	/** JSON-RPC method, any string. (text(128); same as mcp.method.name · ECS event.action · OCSF api.operation) */
	readonly method?: string;
	/** JSON-RPC id in string form; not a correlation key; absent when the body was never read. (text(128); same as jsonrpc.request.id · OCSF request.uid) */
	readonly request_id?: string;
	/** Which way the message went. (closed list) */
	readonly direction: "client_to_server" | "server_to_client";
	/** Which side recorded it. (open list; a reader takes an unknown value as `server`; same as span kind) */
	readonly role: "client" | "server" | "gateway";
	/** Protocol version of this request. (text(32); same as mcp.protocol.version) */
	readonly protocol_version?: string;
	/** modern = 2026-07-28 and later. (open list; a reader takes an unknown value as `modern`) */
	readonly era?: "legacy" | "modern";
	/** What carried the message. (open list; a reader takes an unknown value as `other`; same as network.transport) */
	readonly transport: "stdio" | "streamable_http" | "http_sse" | "websocket" | "in_memory" | "other";
	/** True: nothing went over the wire (client cache, refused locally). (bool) */
	readonly local?: boolean;
	/** Keyed digest (kind `session`) of a legacy `Mcp-Session-Id`, which is bearer-like and so never raw. (keyed; same as mcp.session.id (hashed)) */
	readonly session_digest?: string;
	/** Negotiated extension identifiers. (≤ 16 × text(128)) */
	readonly extensions?: readonly string[];
	/** Kind of result: complete, input_required, task. (word) */
	readonly result_type?: string;
	/** Progress notifications folded into this request. (int) */
	readonly progress_count?: number;
	/** Log notifications folded into this request. (int) */
	readonly log_count?: number;
}

/** A2A identifiers. */
export interface A2a {
	/** A2A context. (text(128); the peer's own word, never evidence) */
	readonly context_id?: string;
	/** A2A task. (text(128); the peer's own word, never evidence) */
	readonly task_id?: string;
	/** A2A message. (text(128); the peer's own word, never evidence) */
	readonly message_id?: string;
}

/** One logical call over retries, legs and hops. It groups, it never proves. */
export interface Operation {
	/** One logical call over retries, legs, hops. (text(128); same as OCSF correlation_uid · CloudEvents correlationid) */
	readonly id: string;
	/** Where `id` is from. extension: it and the members from the peer are its own word; join them only within one principal. (open list; a reader takes an unknown value as `local`) */
	readonly source: "extension" | "trace" | "local";
	/** Retry number, from 1. (int ≥ 1; the peer's own word, never evidence) */
	readonly attempt?: number;
	/** MRTR round, from 0. (int) */
	readonly leg?: number;
	/** Gateway depth, from 0. (int) */
	readonly hop?: number;
	/** The intent event this outcome closes, minted by the recorder. (id7) */
	readonly intent_id?: string;
	/** The event of this process within which it happened, such as sampling inside a tool. (id7; same as CloudEvents causationid) */
	readonly parent_event_id?: string;
	/** The other side's event, from its receipt. (id7; the peer's own word, never evidence) */
	readonly peer_event_id?: string;
	/** Why it was tried again: transport, step_up, application. (word) */
	readonly retry_reason?: string;
	/** SEP-2817 turn. (text(128); the peer's own word, never evidence) */
	readonly turn_id?: string;
	/** Conversation. (text(128); the peer's own word, never evidence; same as gen_ai.conversation.id) */
	readonly conversation_id?: string;
	/** A2A identifiers. */
	readonly a2a?: A2a;
}

/** The span made here; works without a span SDK. */
export interface Trace {
	/** W3C trace id. (32 hex; same as ECS trace.id · OCSF trace.uid) */
	readonly id: string;
	/** Span made here. (16 hex; same as ECS span.id) */
	readonly span_id?: string;
	/** Parent span, from the wire. (16 hex) */
	readonly parent_span_id?: string;
	/** W3C trace flags. (int 0..255) */
	readonly flags?: number;
}

/** What a JSON value looks like, without its values. */
export interface Shape {
	/** JSON type. (open list; a reader takes an unknown value as `object`) */
	readonly type: "object" | "array" | "string" | "number" | "boolean" | "null";
	/** Members or items at the top. (int) */
	readonly members?: number;
	/** Deepest nesting; a value without members has 0. (int) */
	readonly depth?: number;
	/** Top-level names that the definition's schema declares; other names can be secrets and are only counted. (≤ 32 × text(64)) */
	readonly keys?: readonly string[];
	/** How many top-level names the schema does not declare. (int) */
	readonly undeclared_keys?: number;
}

/** What it was asked with. */
export interface RequestMessage {
	/** Length in bytes of the canonical form that was digested. (int; same as http.request.body.bytes) */
	readonly bytes?: number;
	/** Keyed digest (kind `arguments`) of arguments, else params, without `_meta`, RFC 8785, before the handler can change them. (keyed) */
	readonly digest?: string;
	/** Why there is no digest. (open list; a reader takes an unknown value as `policy`) */
	readonly undigested?: "policy" | "too_large" | "not_json";
	/** Shape of the arguments. */
	readonly shape?: Shape;
	/** Redacted JSON text; only where policy says so. Not subject to the text rule, always an escaped JSON string. (string ≤ 16384; same as gen_ai.tool.call.arguments) */
	readonly content?: string;
	/** True: `content` was cut. (bool) */
	readonly truncated?: boolean;
}

/** One content item of a result. */
export interface ContentPart {
	/** Content type, such as text, image, resource_link. (word) */
	readonly type: string;
	/** Media type. (text(128)) */
	readonly mime_type?: string;
	/** Size in bytes. (int) */
	readonly bytes?: number;
	/** Keyed digest of the item (kind `result`). (keyed) */
	readonly digest?: string;
	/** Where the item says it is from. (uri(1024)) */
	readonly uri?: string;
}

/** What came back. */
export interface ResponseMessage {
	/** Length in bytes of the canonical form that was digested. (int; same as http.response.body.bytes) */
	readonly bytes?: number;
	/** Keyed digest (kind `result`) of the result, without `_meta`, RFC 8785. (keyed) */
	readonly digest?: string;
	/** Why there is no digest. (open list; a reader takes an unknown value as `policy`) */
	readonly undigested?: "policy" | "too_large" | "not_json";
	/** Shape of the result. */
	readonly shape?: Shape;
	/** Redacted JSON text; only where policy says so. Not subject to the text rule, always an escaped JSON string. (string ≤ 16384; same as gen_ai.tool.call.result) */
	readonly content?: string;
	/** True: `content` was cut. (bool) */
	readonly truncated?: boolean;
	/** Content items, the first 16. (≤ 16 × ContentPart) */
	readonly parts?: readonly ContentPart[];
	/** How many content items there were. (int) */
	readonly part_count?: number;
}

/** Something that policy removed. */
export interface Redaction {
	/** JSON Pointer; undeclared keys as `*`. (text(256)) */
	readonly path: string;
	/** What was recognised there. (word) */
	readonly kind: string;
	/** How often; absent = once. (int ≥ 1) */
	readonly count?: number;
}

/** What was allowed to be kept, and by which rule. */
export interface Recording {
	/** What was allowed to be kept, in Kubernetes' words. (open list; a reader takes an unknown value as `metadata`; same as k8s level) */
	readonly level: "metadata" | "request" | "request_response";
	/** Which policy: the first 12 hexadecimal digits of its digest, whole in `config.policy_digest`. (text(64); same as OCSF policy.uid) */
	readonly policy?: string;
	/** Which rule of the policy decided. (text(64)) */
	readonly rule?: string;
	/** True: members were dropped to fit the line limit, or redaction failed. (bool) */
	readonly trimmed?: boolean;
}

/** A header and the body that disagreed (SEP-2243). URIs are scrubbed. */
export interface HeaderMismatch {
	/** Header name. (text(64)) */
	readonly header: string;
	/** What the header said. (text(256); the peer's own word, never evidence) */
	readonly header_value?: string;
	/** What the body said. (text(256); the peer's own word, never evidence) */
	readonly body_value?: string;
}

/** The HTTP exchange. */
export interface Http {
	/** HTTP method. (text(16); same as http.request.method) */
	readonly method?: string;
	/** HTTP version. (text(8)) */
	readonly version?: string;
	/** User agent. (text(256); the peer's own word, never evidence; same as user_agent.original) */
	readonly user_agent?: string;
	/** Request id of the HTTP layer. (text(128)) */
	readonly request_id?: string;
	/** Headers that disagreed with the body (SEP-2243). (≤ 8 × HeaderMismatch) */
	readonly mismatch?: readonly HeaderMismatch[];
}

/** Where it came from and went to; absent on stdio. */
export interface Network {
	/** IP address of the client. (text(64); same as client.address · OCSF src_endpoint) */
	readonly client_address?: string;
	/** Port of the client. (int 0..65535; same as client.port) */
	readonly client_port?: number;
	/** Address of the server. (text(255); same as server.address) */
	readonly server_address?: string;
	/** Port of the server. (int 0..65535; same as server.port) */
	readonly server_port?: number;
	/** True: the client address is a trusted hop's word. (bool) */
	readonly forwarded?: boolean;
	/** The HTTP exchange. */
	readonly http?: Http;
}

/** A request answered in several rounds (MRTR). */
export interface MrtrDetail {
	/** How the echo of `requestState` compares with what was issued; unknown: another process may have issued it. (open list; a reader takes an unknown value as `changed`) */
	readonly state: "issued" | "match" | "changed" | "missing" | "invented" | "reused" | "unknown";
	/** Keyed digest of the `requestState` (kind `state`) that was issued, or of the one that was echoed. (keyed) */
	readonly state_digest?: string;
	/** Of a round that echoes one state and issues the next: the next. (keyed) */
	readonly issued_digest?: string;
	/** Methods that the result asked for. (≤ 16 × text(64)) */
	readonly requested?: readonly string[];
	/** How many of them were answered. (int) */
	readonly answered?: number;
	/** True: the same arguments as the first leg. (bool) */
	readonly arguments_match?: boolean;
}

/** A task and its status. */
export interface TaskDetail {
	/** Keyed digest of the task id (kind `task`). (keyed) */
	readonly id_digest: string;
	/** Status the task has now. (open list; a reader takes an unknown value as `working`) */
	readonly status: "working" | "input_required" | "completed" | "failed" | "cancelled" | "expired";
	/** Status it had before. (word) */
	readonly previous_status?: string;
	/** Time to live in milliseconds. (int) */
	readonly ttl_ms?: number;
	/** The event of the request that made the task. (id7) */
	readonly origin_event_id?: string;
	/** True: the result was fetched. (bool) */
	readonly retrieved?: boolean;
	/** True: concluded from the deadline, not seen. (bool) */
	readonly inferred?: boolean;
}

/** A stream of notifications. */
export interface SubscriptionDetail {
	/** Identifier of the subscription. (text(128)) */
	readonly id: string;
	/** What was subscribed to. (≤ 16 × word) */
	readonly topics?: readonly string[];
	/** Notifications delivered. (int) */
	readonly delivered?: number;
	/** Notifications that a gap shows to be missing. (int) */
	readonly missing?: number;
	/** Notifications seen twice. (int) */
	readonly duplicate?: number;
	/** Notifications seen out of order. (int) */
	readonly out_of_order?: number;
}

/** A transport bound to a peer. */
export interface ConnectionDetail {
	/** Keyed digest of the stdio command and its arguments (kind `command`). (keyed) */
	readonly command_digest?: string;
	/** Origin of the peer. (text(256)) */
	readonly origin?: string;
	/** True: on the operator's allow list. (bool) */
	readonly listed?: boolean;
	/** Requests seen on it. (int) */
	readonly requests?: number;
}

/** Something asked of a person or a model. No lengths or shape of answers: the length of `yes` gives it away. */
export interface InputDetail {
	/** What was asked for. (open list; a reader takes an unknown value as `elicitation`) */
	readonly kind: "elicitation" | "sampling" | "roots" | "approval";
	/** How it was asked, such as form or url. (word) */
	readonly mode?: string;
	/** What was decided. (open list; a reader takes an unknown value as `cancel`) */
	readonly action?: "accept" | "decline" | "cancel";
	/** Who decided. (open list; a reader takes an unknown value as `application`) */
	readonly decided_by?: "user" | "policy" | "application";
	/** Origin of the URL that was shown. (text(256)) */
	readonly origin?: string;
	/** Keyed digest of that URL (kind `uri`). (keyed) */
	readonly url_digest?: string;
	/** Keyed digest of the message that was shown (kind `text`). (keyed) */
	readonly message_digest?: string;
	/** How many fields the form had. (int) */
	readonly fields?: number;
	/** True: the form asked for something sensitive. (bool) */
	readonly sensitive?: boolean;
	/** Token limit of the sampling request. (int) */
	readonly max_tokens?: number;
}

/** The definition of a tool, prompt or resource. */
export interface DefinitionDetail {
	/** How it differs from what was seen or approved. (open list; a reader takes an unknown value as `changed`) */
	readonly change?: "added" | "removed" | "changed" | "reintroduced" | "renamed_suspect";
	/** SHA-256 of the RFC 8785 form of the definition. (digest) */
	readonly digest?: string;
	/** Digest of the definition seen before. (digest) */
	readonly previous_digest?: string;
	/** Digest of the definition that was approved. (digest) */
	readonly approved_digest?: string;
	/** Digest of the whole list. (digest) */
	readonly list_digest?: string;
	/** True: schema, description or annotations differ, not only title or icon. (bool) */
	readonly material?: boolean;
	/** Which fields differ. (≤ 16 × word) */
	readonly fields?: readonly string[];
	/** Hidden text found: tag, bidi, zero_width, control. (≤ 8 × word) */
	readonly hidden_text?: readonly string[];
	/** Servers (by id) that offer the same name. (≤ 8 × text(512)) */
	readonly collides_with?: readonly string[];
	/** How many items the list had. (int) */
	readonly list_size?: number;
}

/** Use of a token endpoint or a registration. */
export interface AuthorizationDetail {
	/** Grant that was used. (word) */
	readonly grant?: string;
	/** OAuth error code. (word) */
	readonly error?: string;
	/** Authorization server. (text(512)) */
	readonly issuer?: string;
	/** Resource the token is for (RFC 8707). (text(512)) */
	readonly resource?: string;
	/** Scopes asked for. (≤ 64 × text(128)) */
	readonly scopes_requested?: readonly string[];
	/** Scopes granted. (≤ 64 × text(128)) */
	readonly scopes_granted?: readonly string[];
	/** Attempt number. (int) */
	readonly attempt?: number;
	/** Keyed digest of the token (kind `token`). (keyed) */
	readonly token_digest?: string;
	/** Keyed digest of the assertion (kind `assertion`). (keyed) */
	readonly assertion_digest?: string;
}

/** A server's description of itself was read. */
export interface DiscoveryDetail {
	/** What was read. (open list; a reader takes an unknown value as `discover`) */
	readonly source: "server_card" | "catalog" | "discover" | "registry";
	/** Where it was read, without user info, query and fragment. (uri(1024)) */
	readonly url?: string;
	/** SHA-256 of what was read. (digest) */
	readonly digest?: string;
	/** What was read before; present = it changed. (digest) */
	readonly previous_digest?: string;
	/** Entity tag of the answer. (text(128)) */
	readonly etag?: string;
}

/** A skill that was read. */
export interface SkillDetail {
	/** Where the skill is. (uri(1024)) */
	readonly uri: string;
	/** Digest that its index declares. (digest) */
	readonly declared_digest?: string;
	/** Digest of what was read. (digest) */
	readonly digest?: string;
	/** True: the two are equal. (bool) */
	readonly match?: boolean;
}

/** A detection rule fired. */
export interface FindingDetail {
	/** Identifier of the rule. (text(64)) */
	readonly rule: string;
	/** What the rule looks for. (text(128)) */
	readonly title?: string;
	/** How sure the rule is. (open list; a reader takes an unknown value as `low`) */
	readonly confidence?: "low" | "medium" | "high";
	/** Events the rule fired on. (≤ 16 × id7) */
	readonly event_ids?: readonly string[];
}

/** The configuration the recorder works by. */
export interface ConfigDetail {
	/** SHA-256 of the configuration before `${env:…}` is filled in. (digest) */
	readonly digest: string;
	/** SHA-256 of the policy. (digest) */
	readonly policy_digest?: string;
	/** Digest of the configuration before this one. (digest) */
	readonly previous_digest?: string;
	/** Where the configuration is from, such as file or code. (word) */
	readonly source?: string;
	/** Does recording gate traffic. (open list; a reader takes an unknown value as `observe`) */
	readonly mode?: "observe" | "strict";
	/** What an event has reached when it counts as recorded. (open list; a reader takes an unknown value as `memory`) */
	readonly durability?: "disk" | "os" | "memory";
	/** Name of the current digest key. (key id) */
	readonly digest_key?: string;
	/** True: the key is random for the life of the process. (bool) */
	readonly digest_key_ephemeral?: boolean;
}

/** Events that could not be recorded. */
export interface LossDetail {
	/** How many events were lost. (int ≥ 1) */
	readonly events: number;
	/** Of them, how many were calls that act. (int) */
	readonly acting_events?: number;
	/** When the first was lost. (time) */
	readonly since: string;
	/** When the last was lost. (time) */
	readonly until: string;
	/** Why they were lost. (open list; a reader takes an unknown value as `other`) */
	readonly cause: "buffer_full" | "disk_full" | "write_failed" | "invalid_event" | "other";
	/** How many this stream has lost in all. (int) */
	readonly stream_total?: number;
}

/** An earlier stream found at start. */
export interface RecoveryDetail {
	/** The earlier stream. (id) */
	readonly stream_id: string;
	/** Its last sequence; 0 = it holds no record. (int) */
	readonly last_sequence: number;
	/** False: up to one flush interval may never have been written. (bool) */
	readonly clean_end: boolean;
	/** Hash of its last record. (digest) */
	readonly last_hash?: string;
	/** Bytes of an incomplete last line that were set aside. (int) */
	readonly torn_bytes?: number;
}

/** Part of a stream that retention is about to remove; durable before the unlink. */
export interface PruneDetail {
	/** The stream. (id) */
	readonly stream_id: string;
	/** First sequence removed. (int ≥ 1) */
	readonly first_sequence: number;
	/** Last sequence removed. (int ≥ 1) */
	readonly last_sequence: number;
	/** Hash of the last record removed. (digest) */
	readonly last_hash: string;
	/** Why, such as disk_limit or retention; damaged = what was removed was known not to verify. (word) */
	readonly reason: string;
}

/** Proof of life, also in empty intervals. */
export interface CheckpointDetail {
	/** Events in this stream so far. (int) */
	readonly events: number;
	/** Requests without an outcome yet. (int) */
	readonly open_requests?: number;
	/** Events lost so far. (int) */
	readonly lost?: number;
	/** Events that some sink has not acknowledged. (int) */
	readonly undelivered?: number;
}

/** A destination refused events, or dead letters were sent again. */
export interface SinkDetail {
	/** Name of the sink. (sink name) */
	readonly name: string;
	/** Why, in the sink's words. (word) */
	readonly code: string;
	/** How many events. (int ≥ 1) */
	readonly events: number;
	/** The first of them. (≤ 16 × id7) */
	readonly event_ids?: readonly string[];
}

/** Who recorded it. */
export interface Producer {
	/** Name and version of the recorder, such as mcp-trail/1.0.0. (text(64)) */
	readonly recorder: string;
	/** Name of the service. (text(128); same as OTel service.name) */
	readonly service: string;
	/** Version of the service. (text(64); same as OTel service.version) */
	readonly service_version?: string;
	/** Pod or process name. (text(128); same as OTel service.instance.id) */
	readonly instance?: string;
	/** Name of the host. (text(255); same as OTel host.name) */
	readonly host?: string;
	/** Deployment environment. (text(64); same as OTel deployment.environment.name) */
	readonly environment?: string;
	/** Package and version of the MCP SDK. (text(128)) */
	readonly sdk?: string;
}

/** Place in the chain; put on by the trail. */
export interface Integrity {
	/** One per opened trail, never reused. (id; same as OTEP audit.sequence.stream_id · OCSF chain_uid) */
	readonly stream_id: string;
	/** Gapless within the stream; the only order. (int ≥ 1; same as ECS event.sequence · OCSF metadata.sequence) */
	readonly sequence: number;
	/** Hash of the record before; absent exactly on sequence 1. (digest; same as OTEP audit.sequence.previous_hash) */
	readonly previous_hash?: string;
	/** SHA-256 over the line up to here; last member of the line. (digest; same as ECS event.hash · OCSF fingerprint) */
	readonly hash: string;
}

/** One thing that happened on the Model Context Protocol, or to the trail itself; complete but for its place in the chain. */
export interface AuditEvent {
	/** `<major>.<minor>` of this format. (const; same as OTEP audit.schema.version) */
	readonly schema_version: "1.0";
	/** Unique; the deduplication key downstream. Its time bits are a hint: order is `integrity.sequence`. (id7; same as ECS event.id · OCSF metadata.uid · CloudEvents id) */
	readonly id: string;
	/** When it happened, by the recorder's clock; for an outcome, when it was known. (time; same as ECS @timestamp · OCSF time · OTel Timestamp) */
	readonly time: string;
	/** What kind of fact; an application's own is `ext.<reversed domain>.<word>`. (type; same as OTel EventName · CloudEvents type) */
	readonly type: EventType;
	/** intent = before a request acts, outcome = exactly one; required on `mcp.request`, absent elsewhere. (closed list; same as k8s stage) */
	readonly phase?: "intent" | "outcome";
	/** From type and outcome by a table; policy may raise it. (closed list; same as OCSF severity_id 1..5) */
	readonly severity: "informational" | "low" | "medium" | "high" | "critical";
	/** When the recorder learned it, if later than `time` (inferred expiry, late report). (time; same as OTel ObservedTimestamp · OCSF logged_time) */
	readonly observed_time?: string;
	/** When the request, connection or first of `count` was seen. (time; same as ECS event.start · OCSF start_time) */
	readonly start_time?: string;
	/** Microseconds by the monotonic clock; not `time − start_time`. (int; same as ECS event.duration · OCSF duration) */
	readonly duration_us?: number;
	/** This event stands for so many alike, from `start_time` to `time`, and shows the first; absent = 1. (int ≥ 1; same as OCSF count · CEF cnt) */
	readonly count?: number;
	/** How it ended. */
	readonly outcome?: Outcome;
	/** Who did it. */
	readonly actor?: Actor;
	/** What it was done to. */
	readonly target?: Target;
	/** The Model Context Protocol's own words about the message. */
	readonly mcp?: Mcp;
	/** Which logical call it belongs to. */
	readonly operation?: Operation;
	/** The span made here. */
	readonly trace?: Trace;
	/** What it was asked with. */
	readonly request?: RequestMessage;
	/** What came back. */
	readonly response?: ResponseMessage;
	/** What policy removed. (≤ 32 × Redaction) */
	readonly redactions?: readonly Redaction[];
	/** What was allowed to be kept, and by which rule. */
	readonly recording?: Recording;
	/** Where it came from and went to; absent on stdio. */
	readonly network?: Network;
	/** A request answered in several rounds (MRTR). */
	readonly mrtr?: MrtrDetail;
	/** A task and its status. */
	readonly task?: TaskDetail;
	/** A stream of notifications. */
	readonly subscription?: SubscriptionDetail;
	/** A transport bound to a peer. */
	readonly connection?: ConnectionDetail;
	/** Something asked of a person or a model. */
	readonly input?: InputDetail;
	/** The definition of a tool, prompt or resource. */
	readonly definition?: DefinitionDetail;
	/** Use of a token endpoint or a registration. */
	readonly authorization?: AuthorizationDetail;
	/** A server's description of itself was read. */
	readonly discovery?: DiscoveryDetail;
	/** A skill that was read. */
	readonly skill?: SkillDetail;
	/** A detection rule fired. */
	readonly finding?: FindingDetail;
	/** The configuration the recorder works by. */
	readonly config?: ConfigDetail;
	/** Events that could not be recorded. */
	readonly loss?: LossDetail;
	/** An earlier stream found at start. */
	readonly recovery?: RecoveryDetail;
	/** Part of a stream that retention is about to remove. */
	readonly prune?: PruneDetail;
	/** Proof of life, also in empty intervals. */
	readonly checkpoint?: CheckpointDetail;
	/** A destination refused events, or dead letters were sent again. */
	readonly sink?: SinkDetail;
	/** The operator's and application's own facts. (labels; same as ECS labels) */
	readonly labels?: Readonly<Record<string, string>>;
	/** Who recorded it. */
	readonly producer: Producer;
}

/** What is stored and sent: an event with its place in the chain. */
export interface StoredEvent extends AuditEvent {
	/** Place in the chain; put on by the trail. */
	readonly integrity: Integrity;
}

/** What an observer or an application hands over; the recorder adds schema version and producer, and id and time where they are absent. */
export interface NewEvent extends Omit<AuditEvent, "id" | "time" | "schema_version" | "producer"> {
	/** Unique; the deduplication key downstream. Its time bits are a hint: order is `integrity.sequence`. Given where another event names it (`operation.intent_id`). @default a new one */
	readonly id?: AuditEvent["id"];
	/** When it happened, by the recorder's clock; for an outcome, when it was known. @default now */
	readonly time?: AuditEvent["time"];
}
