import { isKnownNotification } from "../describe/notifications.ts";

/** Into which requests and notifications the trace context is written: methods of the specification, all, or none. */
export type Inject = "spec" | "all" | "none";

// Peers without trace context choke on nothing here, but a handshake and a ping belong to no caller's trace.
const NEVER: ReadonlySet<string> = new Set([
	"initialize",
	"notifications/initialized",
	"ping",
	"server/discover",
]);

const TASKS = "notifications/tasks";

const SPEC: ReadonlySet<string> = new Set([
	"completion/complete",
	"elicitation/create",
	"logging/setLevel",
	"prompts/get",
	"prompts/list",
	"resources/list",
	"resources/read",
	"resources/subscribe",
	"resources/templates/list",
	"resources/unsubscribe",
	"roots/list",
	"sampling/createMessage",
	"subscriptions/listen",
	"tools/call",
	"tools/list",
]);

// Core in 2025-11-25; later an extension whose handlers are custom ones, where a strict schema refuses an unknown `_meta`.
const SPEC_LEGACY: ReadonlySet<string> = new Set([
	"notifications/tasks/status",
	"tasks/cancel",
	"tasks/get",
	"tasks/list",
	"tasks/result",
]);

/** Tells whether trace context goes into a request or notification of this method. */
export function injects(inject: Inject, method: string, modern: boolean): boolean {
	if (inject === "none" || NEVER.has(method)) return false;
	if (inject === "all" || SPEC.has(method) || (!modern && SPEC_LEGACY.has(method))) return true;
	return isKnownNotification(method) && !method.startsWith(TASKS);
}
