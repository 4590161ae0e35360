import type { AuditEvent } from "@mcp-trail/event";

/** How much of a call may be kept, in Kubernetes' audit words. */
export type Level = "metadata" | "request" | "request_response";

/** What a policy is asked about. */
export interface Subject {
	readonly role: "client" | "server" | "gateway";
	readonly direction: "client_to_server" | "server_to_client";
	readonly method: string;
	/** True for methods that act or read data (`tools/call`, `resources/read`, …). */
	readonly acting: boolean;
	readonly target?: { readonly kind: string; readonly name?: string; readonly uri?: string };
	readonly principal?: { readonly type: string; readonly id?: string; readonly issuer?: string };
}

/** What a policy decides about one call. */
export interface Decision {
	/** Which rule decided (`recording.rule`). */
	readonly rule: string;
	readonly level: Level;
	/** The call acts: its events may use the reserve, and their loss is counted apart. */
	readonly acting: boolean;
	/** Record an intent event before the call, too. */
	readonly intent: boolean;
	/**
	 * What must be true before the call goes on. Reserved for strict mode, which is not built: no call waits for it, and
	 * an instrumentation says once that it is passed over (`gate_ignored`).
	 */
	readonly gate?: {
		readonly sinks: number;
		readonly withinMs: number;
		readonly otherwise: "refuse" | "continue";
	};
}

/** What may be kept, and of whom. */
export interface Policy {
	/** `sha256:<64 hex>` of the policy's text. */
	readonly digest: string;
	/** What is kept of who asked: ids, or keyed digests of them (kind `principal`). @default "plain" */
	readonly principals?: "plain" | "digest";
	decide(subject: Subject): Decision;
	/** Lessens an event; where it throws, the event is kept at level `metadata` and marked `trimmed`. */
	redact?(event: AuditEvent, decision: Decision): AuditEvent;
}
