import type { KnownType, StoredEvent } from "@mcp-trail/event";

/** Values of `event.category` that are used here. */
export type EcsCategory =
	| "api"
	| "authentication"
	| "configuration"
	| "file"
	| "iam"
	| "intrusion_detection"
	| "process"
	| "session";

/** Values of `event.type` that are used here. */
export type EcsType =
	| "access"
	| "allowed"
	| "change"
	| "creation"
	| "deletion"
	| "denied"
	| "end"
	| "info"
	| "start"
	| "user";

interface Categorisation {
	readonly category: readonly EcsCategory[];
	readonly type: readonly EcsType[];
}

/** The categorisation fields by type; what an outcome adds is in `typesOf`. */
const categorisation: Readonly<Record<KnownType, Categorisation>> = {
	"mcp.request": { category: ["api"], type: ["access"] },
	"mcp.notification": { category: ["api"], type: ["info"] },
	"mcp.message.refused": { category: ["api"], type: ["access"] },
	"mcp.message.unmatched": { category: ["api"], type: ["info"] },
	"mcp.connection.opened": { category: ["api", "session"], type: ["start"] },
	"mcp.connection.closed": { category: ["api", "session"], type: ["end"] },
	"mcp.subscription.opened": { category: ["api", "session"], type: ["start"] },
	"mcp.subscription.closed": { category: ["api", "session"], type: ["end"] },
	"mcp.input.requested": { category: ["api"], type: ["info"] },
	"mcp.input.answered": { category: ["api"], type: ["info"] },
	"mcp.approval.decided": { category: ["api"], type: ["access"] },
	"mcp.task.changed": { category: ["api"], type: ["change"] },
	"mcp.definition.changed": { category: ["api", "configuration"], type: ["change"] },
	"mcp.discovery.read": { category: ["api"], type: ["access"] },
	"mcp.auth.token_exchanged": { category: ["authentication"], type: ["start"] },
	"mcp.auth.client_registered": { category: ["iam"], type: ["creation"] },
	"mcp.finding": { category: ["intrusion_detection"], type: ["info"] },
	"trail.started": { category: ["process"], type: ["start"] },
	"trail.config_changed": { category: ["configuration"], type: ["change"] },
	"trail.stopped": { category: ["process"], type: ["end"] },
	"trail.checkpoint": { category: ["process"], type: ["info"] },
	"trail.lost": { category: ["process"], type: ["info"] },
	"trail.recovered": { category: ["process"], type: ["info"] },
	"trail.pruned": { category: ["file"], type: ["deletion"] },
	"trail.sink_refused": { category: ["process"], type: ["info"] },
	"trail.replayed": { category: ["process"], type: ["info"] },
};

/** Of a type that is not one of 1.0, also an application's own. */
const other: Categorisation = { category: ["api"], type: ["info"] };

function isKnown(type: string): type is KnownType {
	return Object.hasOwn(categorisation, type);
}

function of({ type }: StoredEvent): Categorisation {
	return isKnown(type) ? categorisation[type] : other;
}

/** `event.category`. */
export function categoriesOf(event: StoredEvent): readonly EcsCategory[] {
	return of(event).category;
}

/** `event.type`: the table's, `start` for an intent, and whether an access was allowed or denied. */
export function typesOf(event: StoredEvent): readonly EcsType[] {
	const { type } = of(event);
	if (event.phase === "intent") return [...type, "start"];
	if (!type.includes("access")) return type;
	const decision = decisionOf(event);
	return decision === undefined ? type : [...type, decision];
}

function decisionOf({ type, input, outcome }: StoredEvent): "allowed" | "denied" | undefined {
	if (type === "mcp.approval.decided" && input?.action !== undefined)
		return input.action === "accept" ? "allowed" : "denied";
	if (outcome?.status === "denied") return "denied";
	return outcome?.status === "success" ? "allowed" : undefined;
}
