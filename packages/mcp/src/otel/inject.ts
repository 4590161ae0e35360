/** Into which requests the trace context is written: methods of the specification, all, or none. */
export type Inject = "spec" | "all" | "none";

// Peers without trace context choke on nothing here, but a handshake and a ping belong to no caller's trace.
const NEVER: ReadonlySet<string> = new Set(["initialize", "server/discover", "ping"]);

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
	"tasks/cancel",
	"tasks/get",
	"tasks/list",
	"tasks/result",
]);

/** Tells whether trace context goes into a request of this method. */
export function injects(inject: Inject, method: string, modern: boolean): boolean {
	if (inject === "none" || NEVER.has(method)) return false;
	return inject === "all" || SPEC.has(method) || (!modern && SPEC_LEGACY.has(method));
}
