import type { JsonObject } from "../observer.ts";

/** What a span says about the thing a request is about. */
export interface SpanTarget {
	readonly kind: "tool" | "prompt" | "resource";
	/** As the peer wrote it. */
	readonly value: string;
}

const TARGETS: ReadonlyMap<string, { readonly kind: SpanTarget["kind"]; readonly param: string }> =
	new Map([
		["tools/call", { kind: "tool", param: "name" }],
		["prompts/get", { kind: "prompt", param: "name" }],
		["resources/read", { kind: "resource", param: "uri" }],
		["resources/subscribe", { kind: "resource", param: "uri" }],
		["resources/unsubscribe", { kind: "resource", param: "uri" }],
	]);

/** The tool, prompt or resource a request names. */
export function targetOf(method: string, params: JsonObject | undefined): SpanTarget | undefined {
	const target = TARGETS.get(method);
	if (target === undefined || params === undefined) return undefined;
	const value = params[target.param];
	return typeof value === "string" && value !== "" ? { kind: target.kind, value } : undefined;
}
