import { metaOf } from "../hook/connection.ts";
import { isObject } from "../hook/frame.ts";
import { isCallback, member } from "../hook/loose.ts";
import type { JsonObject } from "../json-object.ts";
import type { Extension } from "./extension.ts";

/** The entry of SDK 2.x takes no longer body. */
const MAX_BYTES = 4 * 1024 * 1024;
const LISTEN = "subscriptions/listen";

/** An answer in place of the entry's, and the request that it refuses. */
export interface ListenRefused {
	readonly response: Response;
	readonly frame: JsonObject;
}

/** True where an entry is asked for a stream: the header says it, and the entry refuses a body that does not. */
export function isListen(request: unknown): request is Request {
	const headers = member(request, "headers");
	const get = member(headers, "get");
	return (
		member(request, "method") === "POST" &&
		isCallback(member(request, "clone")) &&
		isCallback(get) &&
		Reflect.apply(get, headers, ["mcp-method"]) === LISTEN
	);
}

async function frameIn(request: Request): Promise<unknown> {
	const reader = request.clone().body?.getReader();
	if (reader === undefined) return undefined;
	try {
		const parts: Uint8Array[] = [];
		let bytes = 0;
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return JSON.parse(Buffer.concat(parts).toString("utf8"));
			bytes += value.byteLength;
			if (bytes > MAX_BYTES) return undefined;
			parts.push(value);
		}
	} finally {
		void reader.cancel().catch(() => undefined);
	}
}

/** Refuses a listen request of a client that did not declare a mandatory extension; what cannot be read is the entry's to refuse. */
export async function refusedListen(
	extension: Extension,
	request: Request,
	parsed: unknown,
): Promise<ListenRefused | undefined> {
	const frame = parsed ?? (await frameIn(request));
	if (!isObject(frame) || frame["method"] !== LISTEN) return undefined;
	const { id, params } = frame;
	if (typeof id !== "string" && typeof id !== "number") return undefined;
	const refusal = extension.refusalAtEntry(metaOf(isObject(params) ? params : undefined));
	if (refusal === undefined) return undefined;
	const { code, message, data } = refusal;
	const body = { jsonrpc: "2.0", id, error: { code, message, data } };
	return { response: Response.json(body, { status: 400 }), frame };
}
