import { at, factsOf, type MethodFacts } from "../describe/methods.ts";
import type { JsonObject } from "../json-object.ts";

/** What a span says about the thing a request is about. */
export interface SpanTarget {
	readonly kind: "tool" | "prompt" | "resource";
	/** As the peer wrote it. */
	readonly value: string;
}

const RESOURCE_UPDATED = "notifications/resources/updated";
const updated: MethodFacts = { kind: "resource", uri: ["uri"], acting: false };

/** The tool, prompt or resource a request or notification names; the MCP conventions know no other target. */
export function targetOf(method: string, params: JsonObject | undefined): SpanTarget | undefined {
	const { kind, name, uri } = method === RESOURCE_UPDATED ? updated : factsOf(method);
	if (kind !== "tool" && kind !== "prompt" && kind !== "resource") return undefined;
	const value = at(params, name ?? uri);
	return typeof value === "string" && value !== "" ? { kind, value } : undefined;
}
