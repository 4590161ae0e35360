import type { AuditEvent } from "@mcp-trail/event";
import type { CodedError } from "./audit-error.ts";
import type { DeadLettersOptions } from "./delivery/dead-letters.ts";
import type { DeliveryTimes } from "./delivery/delivery-times.ts";
import type { DigestKeys } from "./keys/keyed-digester.ts";
import type { Policy } from "./policy.ts";
import type { Sink } from "./sink.ts";
import type { System } from "./system.ts";
import type { OpenTrail } from "./trail.ts";

/** What an audit is made of; only `service` must be given. */
export interface AuditOptions {
	/** Name of the service whose traffic is recorded, at most 128 visible characters. */
	readonly service: string;
	readonly serviceVersion?: string;
	/** Pod or process name. */
	readonly instance?: string;
	/** Deployment environment, such as `production`. */
	readonly environment?: string;
	/** @default the name of this host */
	readonly host?: string;
	/** Package and version of the MCP SDK. */
	readonly sdk?: string;
	/** Where events are kept until they are delivered. @default memoryTrail(), with the warning `memory_only` where there are no sinks either */
	readonly trail?: OpenTrail;
	/** Where events go. @default none: the trail itself is the audit log */
	readonly sinks?: readonly Sink[];
	/** @default defaultPolicy() */
	readonly policy?: Policy;
	/** Keys, or the path of a key file (see `digestKeysFromFile`). @default a random key for the life of the process */
	readonly digestKeys?: DigestKeys | string;
	/** What `trail.started` says of the mode; gating itself is done by the instrumentation. @default "observe" */
	readonly mode?: "observe" | "strict";
	/** Digest and source of the configuration file these options were made of. @default a digest of the options, source `code` */
	readonly config?: { readonly digest: string; readonly source: string };
	/** Between two `trail.checkpoint`, in milliseconds. @default 60_000 */
	readonly checkpointEveryMs?: number;
	/** Deadline of `close`, in milliseconds. @default 10_000 */
	readonly closeTimeoutMs?: number;
	/** Events recorded and not yet durable; beyond it the newest are lost and counted. @default 10_000 */
	readonly maxQueueEvents?: number;
	/** Their size in bytes, about. @default 33_554_432 */
	readonly maxQueueBytes?: number;
	/** Where refused events are kept. Without it a lane whose sink refuses an event holds until it is set. */
	readonly deadLetters?: DeadLettersOptions;
	/** How patient lanes are with their sinks. */
	readonly delivery?: Partial<DeliveryTimes>;
	/** The operator's own facts, put on every event: at most 16. */
	readonly labels?: Readonly<Record<string, string>>;
	/**
	 * For development: called with every event, returns what is wrong with it, for example by
	 * `validate(event, { as: "audit" })` of `@mcp-trail/event/schema`. The event is kept whatever it says. It costs more than recording does.
	 */
	readonly judge?: (event: AuditEvent) => string | undefined;
	/** Told of everything that no caller can be told; what it throws is swallowed. @default a process warning, each code at most once a minute */
	readonly onError?: (error: CodedError) => void;
	/** @default nodeSystem() */
	readonly system?: System;
}
