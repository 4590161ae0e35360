import { Buffer } from "node:buffer";
import type { Digester } from "../digester.ts";
import type { System } from "../system.ts";
import { digestKeysFromFile } from "./key-file.ts";
import { keyedDigester, type DigestKeys } from "./keyed-digester.ts";

/** The digester of an audit: of the current key, or of a random one for the life of the process. */
export function digesterFor(keys: DigestKeys | string | undefined, system: System): Digester {
	if (keys !== undefined) {
		const [current] = typeof keys === "string" ? digestKeysFromFile(keys) : keys;
		return keyedDigester(current, false);
	}
	// A name of its own: digests of two processes must not look as if they could be compared.
	const id = `ephemeral-${Buffer.from(system.random(4)).toString("hex")}`;
	return keyedDigester({ id, key: system.random(32) }, true);
}
