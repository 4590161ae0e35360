const PREFIX = "notifications/";

const names: ReadonlySet<string> = new Set([
	"cancelled",
	"elicitation/complete",
	"initialized",
	"message",
	"progress",
	"prompts/list_changed",
	"resources/list_changed",
	"resources/updated",
	"roots/list_changed",
	"subscriptions/acknowledged",
	"tasks",
	"tasks/status",
	"tools/list_changed",
]);

/** True for a notification that some revision or extension of MCP defines. */
export const isKnownNotification = (method: string): boolean =>
	method.startsWith(PREFIX) && names.has(method.slice(PREFIX.length));
