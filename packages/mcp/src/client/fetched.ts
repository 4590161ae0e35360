import { isCallback, member } from "../hook/loose.ts";

/** One call of `fetch`, as far as it can be read without taking anything from it. */
export interface Fetched {
	readonly method: string;
	readonly url: URL | undefined;
	header(name: string): string | undefined;
	/** As it was given. */
	readonly given: unknown;
	/** Text and forms; of streams, blobs and bodies over the limit nothing. */
	body(): string | undefined;
}

const MAX_BODY_LENGTH = 65_536;

const text = (value: unknown): string | undefined =>
	typeof value === "string" ? value : undefined;

/** Headers in each of their forms: an object with `get`, pairs, or a record. */
function headerIn(headers: unknown, name: string): string | undefined {
	const get = member(headers, "get");
	if (isCallback(get)) return text(Reflect.apply(get, headers, [name]));
	if (Array.isArray(headers)) {
		const pair: unknown = headers.find(
			(one) => Array.isArray(one) && String(one[0]).toLowerCase() === name,
		);
		return Array.isArray(pair) ? text(pair[1]) : undefined;
	}
	if (typeof headers !== "object" || headers === null) return undefined;
	const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
	return key === undefined ? undefined : text(member(headers, key));
}

function urlOf(input: unknown): URL | undefined {
	if (input instanceof URL) return input;
	const href = text(input) ?? text(member(input, "url")) ?? text(member(input, "href"));
	return href !== undefined && URL.canParse(href) ? new URL(href) : undefined;
}

function bodyOf(body: unknown): string | undefined {
	const form = body instanceof URLSearchParams ? body.toString() : body;
	return typeof form === "string" && form.length <= MAX_BODY_LENGTH ? form : undefined;
}

/** Reads what `fetch` was called with. */
export function fetchedWith(input: unknown, init: unknown): Fetched {
	const method = text(member(init, "method")) ?? text(member(input, "method")) ?? "GET";
	const own = member(init, "headers");
	const given = member(init, "body");
	return {
		method: method.toUpperCase(),
		url: urlOf(input),
		header: (name) => headerIn(own ?? member(input, "headers"), name),
		given,
		body: () => bodyOf(given),
	};
}
