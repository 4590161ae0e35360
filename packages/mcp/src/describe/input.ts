import type { Digester } from "@mcp-trail/audit";
import { cleanText, type InputDetail } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
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

/** Forms must not ask for secrets (2026-07-28, elicitation); names of fields that look like it. */
const SECRET =
	/passw|passphrase|secret|token|api_?key|private_?key|credential|\bpin\b|\botp\b|cvv|cvc|card_?number|\bssn\b|\biban\b/i;
const MAX_FIELDS = 256;

const asksSecret = (names: readonly string[]): boolean =>
	names.slice(0, MAX_FIELDS).some((name) => SECRET.test(name.slice(0, 256)));

const whole = (value: unknown): number | undefined =>
	Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;

/** What is asked of a person or a model, whether by a request or inside a result. */
export function inputAsked(
	kind: NonNullable<MethodFacts["input"]>,
	params: JsonObject | undefined,
	digester: Digester,
): Writable<InputDetail> {
	const input: Writable<InputDetail> = { kind };
	if (kind === "sampling") {
		const max = whole(params?.["maxTokens"]);
		if (max !== undefined) input.max_tokens = max;
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
	if (isObject(properties)) {
		const names = Object.keys(properties);
		input.fields = names.length;
		if (asksSecret(names)) input.sensitive = true;
	}
	return input;
}

/** Which action an answer takes; nothing else of an answer is looked at. */
export function actionOf(answer: unknown): InputDetail["action"] {
	return isObject(answer) ? actions.find((one) => one === answer["action"]) : undefined;
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
	const input = inputAsked(kind, exchange.params, digester);
	const action = kind === "elicitation" ? actionOf(result) : undefined;
	if (action) input.action = action;
	return input;
}
