import type * as api from "@opentelemetry/api";
import { cleanText } from "@mcp-trail/event";
import { canonicalize } from "@mcp-trail/integrity";
import { isObject } from "../hook/frame.ts";
import type { Exchange } from "../observer.ts";
import { ATTR_GEN_AI_TOOL_CALL_ARGUMENTS, GEN_AI_PROMPT_VARIABLE_PREFIX } from "./semconv.ts";

/** A text that is cut is no JSON any more: what is longer is left out. */
const MAX_BYTES = 16_384;
const MAX_VARIABLES = 32;
const MAX_VARIABLE_CHARACTERS = 1_024;
const META = ["_meta"] as const;

/** A value as JSON, which every SDK line takes as an attribute; undefined where it has none, or a long one. */
export function contentOf(value: unknown): string | undefined {
	const written = canonicalize(value, { maxBytes: MAX_BYTES, omit: META });
	return "text" in written ? written.text : undefined;
}

/** Sets what a tool or a prompt was asked with. */
export function setRequestContent({ method, params }: Exchange, attributes: api.Attributes): void {
	const given = params?.["arguments"];
	if (given === undefined) return;
	if (method === "tools/call") {
		const text = contentOf(given);
		if (text !== undefined) attributes[ATTR_GEN_AI_TOOL_CALL_ARGUMENTS] = text;
	}
	if (method === "prompts/get" && isObject(given))
		for (const [name, value] of Object.entries(given).slice(0, MAX_VARIABLES)) {
			const key = cleanText(name, 64);
			const text = cleanText(value, MAX_VARIABLE_CHARACTERS);
			if (key !== undefined && text !== undefined)
				attributes[`${GEN_AI_PROMPT_VARIABLE_PREFIX}${key}`] = text;
		}
}
