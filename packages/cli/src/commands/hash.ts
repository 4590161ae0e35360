import { digestKeysFromFile, keyedDigester } from "@mcp-trail/audit";
import { type DigestKind, digestKinds } from "@mcp-trail/event";
import { canonicalize } from "@mcp-trail/integrity";
import { escape } from "../escape.ts";
import { Failure } from "../failure.ts";
import { keysOfTrail } from "../hash/keys-of-trail.ts";
import type { ExitCode, Io } from "../io.ts";

/** Options of `mcp-trail hash`. */
export interface HashCommandOptions {
	readonly kind: string;
	readonly keyFile?: string;
	readonly trail?: string;
}

/** Kinds whose value is JSON: their digest is of the canonical form. */
const jsonKinds: readonly DigestKind[] = ["arguments", "result"];
/** What a recorder leaves out of a request's params; in the arguments of a tool such names are data. */
const unsaid = ["_meta", "inputResponses", "requestState"] as const;
const MAX_VALUE_BYTES = 64 * 1024 * 1024;

/** Writes the keyed digests of a value, one for each key of the file, so that it can be looked up in a trail. */
export async function hash(value: string, options: HashCommandOptions, io: Io): Promise<ExitCode> {
	const kind = digestKinds.find((known) => known === options.kind);
	if (kind === undefined)
		throw new Failure(
			`--kind ${escape(options.kind)} is unknown. Give one of ${digestKinds.join(", ")}.`,
		);
	const used = options.trail === undefined ? undefined : await keysOfTrail(options.trail);
	for (const id of used?.ephemeral ?? [])
		await io.stderr.write(
			`The key ${escape(id)} of this trail was ephemeral: random for the life of its process and never stored, so its digests cannot be looked up. Configure MCP_TRAIL_DIGEST_KEY_FILE to have digests that can.\n`,
		);
	if (used !== undefined && used.configured.length === 0) return 2;
	const keyFile = options.keyFile ?? io.env.digestKeyFile;
	if (keyFile === undefined)
		throw new Failure(
			"No digest key. Name the key file the recorder used with --key-file or MCP_TRAIL_DIGEST_KEY_FILE.",
		);
	const keys = digestKeysFromFile(keyFile);
	const texts = digestedTexts(kind, value === "-" ? await readAll(io.stdin) : value);
	if (texts.length > 1)
		await io.stderr.write(
			`This value has members that are left out where it stood as a request's params: digests of the whole value come first, then those without ${unsaid.join(", ")}.\n`,
		);
	for (const text of texts)
		for (const key of keys)
			await io.stdout.write(`${keyedDigester(key, false).digest(kind, text)}\n`);
	const missing = used?.configured.filter((id) => keys.every((key) => key.id !== id)) ?? [];
	for (const id of missing)
		await io.stderr.write(
			`The trail also used the key ${escape(id)}, which is not in ${escape(keyFile, 1024)}. Add its line to look up what was digested with it.\n`,
		);
	return 0;
}

/** The texts that a recorder may have digested for this value. */
function digestedTexts(kind: DigestKind, value: string): readonly string[] {
	if (!jsonKinds.includes(kind)) return [value];
	let parsed: unknown;
	try {
		parsed = JSON.parse(value);
	} catch (error) {
		throw new Failure(
			`--kind ${kind} needs a JSON value, as it stood on the wire; quote it for the shell, or give it on standard input with -.`,
			{ cause: error },
		);
	}
	if (kind === "result") return [canonicalText(parsed, ["_meta"])];
	return [...new Set([canonicalText(parsed, []), canonicalText(parsed, unsaid)])];
}

function canonicalText(parsed: unknown, omit: readonly string[]): string {
	const canonical = canonicalize(parsed, { maxBytes: MAX_VALUE_BYTES, omit });
	if ("undigested" in canonical)
		throw new Failure(
			`This value has no canonical form (${canonical.undigested}), so a recorder has no digest of it either.`,
		);
	return canonical.text;
}

/** Standard input as text, without the line feed a shell puts at its end. */
async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
	const parts: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of chunks) {
		bytes += chunk.length;
		if (bytes > MAX_VALUE_BYTES)
			throw new Failure(
				`A value may have ${MAX_VALUE_BYTES} bytes; recorders digest no longer ones.`,
			);
		parts.push(chunk);
	}
	return Buffer.concat(parts)
		.toString()
		.replace(/\r?\n$/, "");
}
