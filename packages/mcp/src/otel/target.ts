import { at, factsOf } from "../describe/methods.ts";
import type { JsonObject } from "../observer.ts";

/** What a span says about the thing a request is about. */
export interface SpanTarget {
	readonly kind: "tool" | "prompt" | "resource";
	/** As the peer wrote it. */
	readonly value: string;
}

/** The tool, prompt or resource a request names; the MCP conventions know no other target. */
export function targetOf(method: string, params: JsonObject | undefined): SpanTarget | undefined {
	const { kind, name, uri } = factsOf(method);
	if (kind !== "tool" && kind !== "prompt" && kind !== "resource") return undefined;
	const value = at(params, name ?? uri);
	return typeof value === "string" && value !== "" ? { kind, value } : undefined;
}
