import type { Audit } from "@mcp-trail/audit";
import {
	cleanText,
	inMemberOrder,
	severityOf,
	timeText,
	type DefinitionDetail,
	type NewEvent,
	type Principal,
	type ServerInfo,
} from "@mcp-trail/event";
import { recordOf, sayingOne } from "../audited/record-of.ts";
import { bodyOf } from "../describe/body.ts";

/** What a person or a policy decided about a call, as the host application knows it. */
export interface Approval {
	readonly action: "accept" | "decline" | "cancel";
	readonly decidedBy: "user" | "policy" | "application";
	/** The tool (or prompt, or resource) that asked to be used. */
	readonly target: { readonly kind: "tool" | "prompt" | "resource"; readonly name: string };
	/** The server it is of: how the application knows it, and what it calls itself. */
	readonly server?: { readonly id?: string; readonly name?: string };
	/** What was approved: kept as the keyed digest that the call's own event will have. */
	readonly arguments?: unknown;
	/** `sha256:<64 hex>` of the definition that was shown, as `target.definition_digest` of other events. */
	readonly definitionDigest?: string;
	/** Who decided; the application's word. */
	readonly by?: { readonly id: string; readonly issuer?: string };
	/** How long it took to decide, in milliseconds. */
	readonly tookMs?: number;
	/** The operation it belongs to, where the application knows one. */
	readonly operationId?: string;
	/** The policy that decided. */
	readonly rule?: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MAX_DIGEST_BYTES = 1_048_576;

const outcomes: Readonly<Record<Approval["action"], NonNullable<NewEvent["outcome"]>>> = {
	accept: { status: "success" },
	decline: { status: "denied", layer: "policy", reason: "approval_declined", executed: "no" },
	cancel: { status: "cancelled", reason: "cancelled_by_caller", executed: "no" },
};

function principalOf({ by, decidedBy }: Approval): Principal {
	const id = cleanText(by?.id, 256);
	if (id === undefined) return { type: "unknown", assurance: "none", source: "none" };
	const issuer = cleanText(by?.issuer, 512);
	return {
		type: decidedBy === "user" ? "user" : "service",
		id,
		...(issuer !== undefined && { issuer }),
		assurance: "asserted",
		source: "application",
	};
}

function serverOf({ server }: Approval): ServerInfo | undefined {
	const id = cleanText(server?.id, 512);
	const name = cleanText(server?.name, 128);
	if (id === undefined && name === undefined) return undefined;
	return { ...(id !== undefined && { id }), ...(name !== undefined && { name }) };
}

/**
 * Records that a person or a policy let a call pass, or did not. The arguments become the same keyed digest as in the
 * event of the call itself: what ran can be held against what was approved. Never throws: of what says too little no
 * event can be made, which the audit counts as lost (`invalid_event`) and reports.
 *
 * @example
 * approvalDecided(audit, {
 *   action: "accept",
 *   decidedBy: "user",
 *   target: { kind: "tool", name: "create_ticket" },
 *   arguments: { title: "Printer on fire" },
 *   tookMs: 2_400,
 * });
 */
export function approvalDecided(audit: Audit, approval: Approval): void {
	recordOf(audit, () => eventOf(audit, approval));
}

function eventOf(audit: Audit, approval: Approval): NewEvent {
	sayingOne(approval, "action", ["accept", "decline", "cancel"]);
	sayingOne(approval, "decidedBy", ["user", "policy", "application"]);
	sayingOne(approval.target, "kind", ["tool", "prompt", "resource"]);
	const { action, decidedBy, target, definitionDigest, tookMs, operationId, rule } = approval;
	const outcome = outcomes[action];
	const server = serverOf(approval);
	const name = cleanText(target.name, 256);
	const shown = definitionDigest !== undefined && DIGEST.test(definitionDigest);
	const definition: DefinitionDetail | undefined = shown
		? { approved_digest: definitionDigest }
		: undefined;
	const operation = cleanText(operationId, 128);
	const nowMs = Date.now();
	const took =
		tookMs !== undefined && tookMs >= 0 && tookMs <= nowMs ? Math.trunc(tookMs) : undefined;
	return inMemberOrder({
		time: timeText(nowMs),
		type: "mcp.approval.decided",
		severity: severityOf("mcp.approval.decided", outcome),
		...(took !== undefined && { start_time: timeText(nowMs - took), duration_us: took * 1000 }),
		outcome,
		actor: { principal: principalOf(approval) },
		target: { kind: target.kind, ...(name !== undefined && { name }), ...(server && { server }) },
		...(operation !== undefined && { operation: { id: operation, source: "local" } }),
		...(approval.arguments !== undefined && {
			request: bodyOf(approval.arguments, {
				digester: audit.digester,
				kind: "arguments",
				maxDigestBytes: MAX_DIGEST_BYTES,
				omit: [],
				shape: false,
				content: false,
			}),
		}),
		recording: {
			level: "metadata",
			policy: audit.policy.digest.slice(7, 19),
			...(rule !== undefined && { rule: cleanText(rule, 64) ?? "default" }),
		},
		input: { kind: "approval", action, decided_by: decidedBy },
		...(definition && { definition }),
	});
}
