import type { Digester } from "@mcp-trail/audit";
import { cleanText, type InputDetail } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { Exchange, JsonObject } from "../observer.ts";
import type { MethodFacts } from "./methods.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const WORD = /^[a-z][a-z0-9_]{0,63}$/;
const actions = ["accept", "decline", "cancel"] as const;

function originOf(url: string): string | undefined {
	try {
		const { origin } = new URL(url);
		return origin === "null" ? undefined : cleanText(origin, 256);
	} catch {
		return undefined;
	}
}

/** What a request asks of a person or a model; of the answer only which action was taken. */
export function inputOf(
	exchange: Exchange,
	facts: MethodFacts,
	result: JsonObject | undefined,
	digester: Digester,
): InputDetail | undefined {
	const kind = facts.input;
	if (kind === undefined) return undefined;
	const input: Writable<InputDetail> = { kind };
	const { params } = exchange;
	if (kind === "sampling") {
		const max = params?.["maxTokens"];
		if (Number.isSafeInteger(max) && Number(max) >= 0) input.max_tokens = Number(max);
	}
	if (kind !== "elicitation") return input;
	const { mode, message, url, requestedSchema } = params ?? {};
	if (mode === undefined) input.mode = "form";
	else if (typeof mode === "string" && WORD.test(mode)) input.mode = mode;
	if (typeof message === "string") input.message_digest = digester.digest("text", message);
	if (typeof url === "string") {
		input.url_digest = digester.digest("uri", url);
		const origin = originOf(url);
		if (origin !== undefined) input.origin = origin;
	}
	const properties = isObject(requestedSchema) ? requestedSchema["properties"] : undefined;
	if (isObject(properties)) input.fields = Object.keys(properties).length;
	const action = actions.find((one) => one === result?.["action"]);
	if (action) input.action = action;
	return input;
}
