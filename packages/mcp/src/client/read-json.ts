import { isObject } from "../hook/frame.ts";
import { bodyCopy, isCopyable, type BodyCopy } from "../http/body-copy.ts";
import type { JsonObject } from "../json-object.ts";

/** A body that stalls is waited for no longer. */
const READ_MS = 5_000;
const MAX_BYTES = 65_536;

/** Reads a short JSON answer from a copy of it; the answer itself stays for its reader, untouched. */
export async function readJson(response: Response): Promise<JsonObject | undefined> {
	let copy: BodyCopy | undefined;
	try {
		if (!isCopyable(response)) return undefined;
		if (Number(response.headers.get("content-length") ?? 0) > MAX_BYTES) return undefined;
		copy = bodyCopy(response, READ_MS);
	} catch {
		return undefined;
	}
	return copy && jsonIn(copy);
}

async function jsonIn(copy: BodyCopy): Promise<JsonObject | undefined> {
	try {
		const parts: Uint8Array[] = [];
		let bytes = 0;
		for (let part = await copy.read(); part; part = await copy.read()) {
			bytes += part.byteLength;
			if (bytes > MAX_BYTES) return undefined;
			parts.push(part);
		}
		if (!copy.isWhole()) return undefined;
		const value: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	} finally {
		copy.release();
	}
}
