import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { patterns } from "@mcp-trail/event";
import { AuditError, isCoded } from "../audit-error.ts";
import type { DigestKey, DigestKeys } from "./keyed-digester.ts";

const KEY_BYTES = 32;
const MAX_FILE_BYTES = 65_536;
const keyId = new RegExp(patterns.keyId, "u");
const base64 = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Reads the text of a key file: lines `<key id>:<base64 of 32 bytes>`, the first current, the others for lookup;
 * empty lines and lines that start with `#` are skipped. Throws `key_file_malformed`, naming the line by number
 * only: no part of a line appears in an error.
 */
export function parseDigestKeys(text: string): DigestKeys {
	const keys: DigestKey[] = [];
	for (const [index, raw] of text.split("\n").entries()) {
		const line = raw.trim();
		if (line === "" || line.startsWith("#")) continue;
		const colon = line.indexOf(":");
		const id = line.slice(0, Math.max(colon, 0));
		const encoded = line.slice(colon + 1);
		const key = Buffer.from(encoded, "base64");
		if (!keyId.test(id)) throw malformed(index, "has no valid key id before its first colon");
		if (!base64.test(encoded) || key.length !== KEY_BYTES || key.toString("base64") !== encoded) {
			throw malformed(index, "does not hold the base64 of exactly 32 bytes after its colon");
		}
		if (keys.some((known) => known.id === id)) throw malformed(index, "repeats a key id");
		keys.push({ id, key });
	}
	const [current, ...others] = keys;
	if (current === undefined) throw new AuditError("key_file_malformed", `no key in it; ${remedy}`);
	return [current, ...others];
}

const remedy = 'write a line with: echo "2026-11:$(openssl rand -base64 32)"';

const malformed = (index: number, what: string): AuditError =>
	new AuditError("key_file_malformed", `line ${index + 1} ${what}; ${remedy}`);

/**
 * Reads digest keys from a file, synchronously, because an audit has its digester from the start. Refuses a link,
 * a file of another user (root's may be read), and one that group or others may touch; throws an
 * {@link AuditError} `key_file_unreadable`, `key_file_open` or `key_file_malformed` that names the path.
 *
 * @example
 * ```ts
 * const audit = openAudit({ service: "tickets", digestKeys: digestKeysFromFile("/etc/mcp-trail/digest.key") });
 * ```
 */
export function digestKeysFromFile(path: string): DigestKeys {
	const text = readPrivate(path);
	try {
		return parseDigestKeys(text);
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		throw new AuditError("key_file_malformed", `${path}: ${error.message}`);
	}
}

function readPrivate(path: string): string {
	let descriptor: number | undefined;
	try {
		descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		const status = fstatSync(descriptor);
		if (!status.isFile() || status.size > MAX_FILE_BYTES) {
			throw new AuditError(
				"key_file_unreadable",
				`${path}: not a regular file of at most ${MAX_FILE_BYTES} bytes; give the path of a key file`,
			);
		}
		const uid = process.getuid?.();
		const foreign = uid !== undefined && status.uid !== uid && status.uid !== 0;
		// Windows has no permission bits to judge by.
		const open = uid !== undefined && (status.mode & 0o077) !== 0;
		if (foreign || open) {
			throw new AuditError(
				"key_file_open",
				`${path}: open to others (mode ${(status.mode & 0o777).toString(8)}, uid ${status.uid}); run chmod 600 on it and give it to the user of this process`,
			);
		}
		return readFileSync(descriptor, "utf8");
	} catch (error) {
		if (isCoded(error) && error.code.startsWith("key_file_")) throw error;
		throw new AuditError(
			"key_file_unreadable",
			`${path}: cannot be read; check that it exists, is no symbolic link, and belongs to this user`,
			error,
		);
	} finally {
		if (descriptor !== undefined) closeSync(descriptor);
	}
}
