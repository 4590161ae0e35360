import { isCallback, member } from "../hook/loose.ts";
import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../observer.ts";

/** A body that stalls is waited for no longer. */
const READ_MS = 5_000;
const MAX_BYTES = 65_536;

/** Reads a short JSON answer from a copy of it; the answer itself stays for its reader, untouched. */
export async function readJson(response: Response): Promise<JsonObject | undefined> {
	let copy: Response;
	try {
		if (!isShort(response)) return undefined;
		copy = response.clone();
	} catch {
		return undefined;
	}
	return jsonIn(copy);
}

function isShort({ body, bodyUsed, headers }: Response): boolean {
	// A body that is no web stream (node-fetch) is left alone: an unread copy of it would hold up the answer.
	if (body === null || bodyUsed || !isCallback(member(body, "getReader")) || body.locked)
		return false;
	return !(Number(headers.get("content-length") ?? 0) > MAX_BYTES);
}

async function jsonIn({ body }: Response): Promise<JsonObject | undefined> {
	const reader = body?.getReader();
	if (reader === undefined) return undefined;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<undefined>((resolve) => {
		timer = setTimeout(() => resolve(undefined), READ_MS);
		timer.unref();
	});
	try {
		const parts: Uint8Array[] = [];
		let bytes = 0;
		for (;;) {
			const read = await Promise.race([reader.read(), late]);
			if (read === undefined) return undefined;
			if (read.done) break;
			bytes += read.value.byteLength;
			if (bytes > MAX_BYTES) return undefined;
			parts.push(read.value);
		}
		const value: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	} finally {
		clearTimeout(timer);
		void reader.cancel().catch(() => undefined);
	}
}
