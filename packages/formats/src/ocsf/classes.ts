import type { KnownType, StoredEvent } from "@mcp-trail/event";

/** The OCSF classes that are used. */
export const classes = {
	api: { uid: 6003, name: "API Activity", category: 6, categoryName: "Application Activity" },
	authentication: {
		uid: 3002,
		name: "Authentication",
		category: 3,
		categoryName: "Identity & Access Management",
	},
	finding: { uid: 2004, name: "Detection Finding", category: 2, categoryName: "Findings" },
	log: { uid: 1008, name: "Event Log Activity", category: 1, categoryName: "System Activity" },
} as const;

/** One of the OCSF classes that are used. */
export type OcsfClass = keyof typeof classes;

interface Activity {
	readonly class: OcsfClass;
	readonly id: number;
	/** The caption that OCSF has for `id`, or an own one for 99. */
	readonly name: string;
}

const read: Activity = { class: "api", id: 2, name: "Read" };
const update: Activity = { class: "api", id: 3, name: "Update" };
const other = (name: string, of: OcsfClass = "api"): Activity => ({ class: of, id: 99, name });

/** The class and activity of every type. */
export const activities: Readonly<Record<KnownType, Activity>> = {
	"mcp.request": other("Invoke"),
	"mcp.notification": other("Notify"),
	"mcp.message.refused": other("Refuse"),
	"mcp.message.unmatched": other("Respond"),
	"mcp.connection.opened": other("Connect"),
	"mcp.connection.closed": other("Disconnect"),
	"mcp.subscription.opened": other("Subscribe"),
	"mcp.subscription.closed": other("Unsubscribe"),
	"mcp.input.requested": other("Request Input"),
	"mcp.input.answered": other("Answer"),
	"mcp.approval.decided": other("Decide"),
	"mcp.task.changed": update,
	"mcp.definition.changed": update,
	"mcp.discovery.read": read,
	"mcp.auth.token_exchanged": { class: "authentication", id: 3, name: "Authentication Ticket" },
	"mcp.auth.client_registered": other("Register Client", "authentication"),
	"mcp.finding": { class: "finding", id: 1, name: "Create" },
	"trail.started": { class: "log", id: 6, name: "Start" },
	"trail.config_changed": other("Change Configuration", "log"),
	"trail.stopped": { class: "log", id: 7, name: "Stop" },
	"trail.checkpoint": other("Checkpoint", "log"),
	"trail.lost": other("Lose Events", "log"),
	"trail.recovered": other("Recover", "log"),
	"trail.pruned": { class: "log", id: 2, name: "Delete" },
	"trail.sink_refused": other("Refuse Events", "log"),
	"trail.replayed": { class: "log", id: 3, name: "Export" },
};

/** Methods that read by the protocol itself, whatever a tool's annotations claim. */
export const readingMethods: readonly string[] = [
	"completion/complete",
	"prompts/get",
	"prompts/list",
	"resources/list",
	"resources/read",
	"resources/templates/list",
	"roots/list",
	"server/discover",
	"tasks/get",
	"tasks/list",
	"tools/list",
];

function isKnown(type: string): type is KnownType {
	return Object.hasOwn(activities, type);
}

/** The class and activity of an event. */
export function activityOf({ type, mcp, finding }: StoredEvent): Activity {
	if (!isKnown(type)) return other("Report", type.startsWith("trail.") ? "log" : "api");
	if (type === "mcp.definition.changed" && finding) return activities["mcp.finding"];
	if (type === "mcp.request" && readingMethods.includes(mcp?.method ?? "")) return read;
	return activities[type];
}
