import { readFile } from "node:fs/promises";
import { readEnv } from "../env.ts";
import { sinkError } from "../sink-error.ts";

/** A secret: itself, or where it is read each time it is used, so that it can be rotated. */
export type Secret = string | { readonly env: string } | { readonly file: string };

/** Reads secrets and keeps them out of everything that is said. */
export interface Secrets {
	/** The value now; rejects with `secret_unreadable`, which names the option and the place, never the value. */
	read(secret: Secret, option: string): Promise<string>;
	/** Keeps a value out of texts from now on, also one derived from a secret; `of` says from what, where it is not hidden anew at each use. */
	hide(value: string, of?: string): string;
	/** The text without any hidden value, in any form a server may echo it. */
	scrub(text: string): string;
}

const MAX_FILE_CHARACTERS = 65_536;
/** Of each option, and of what comes and goes: rotated values are forgotten in the end, and never one in use. */
const MAX_HIDDEN = 16;

/** Makes the keeper of one sink's secrets. */
export function secretKeeper(): Secrets {
	/** By what they are of, the newest last. */
	const hidden = new Map<string, readonly string[]>();
	const hide = (value: string, of = ""): string => {
		const others = (hidden.get(of) ?? []).filter((one) => one !== value && one !== "");
		hidden.set(of, [...others, value].slice(-MAX_HIDDEN));
		return value;
	};
	return {
		hide,
		read: async (secret, option) => {
			const value = await found(secret, option);
			if (value === "" || value.length > MAX_FILE_CHARACTERS) {
				throw unreadable(option, secret, value === "" ? "is empty" : "is too long");
			}
			return hide(value, option);
		},
		scrub: (text) =>
			[...new Set([...hidden.values()].flat().flatMap(formsOf))]
				.filter((form) => form !== "")
				.toSorted((a, b) => b.length - a.length)
				.reduce((clean, form) => clean.replaceAll(form, "[secret]"), text),
	};
}

/** A value as a server may echo it: as it is, in a URL, in a form, in JSON, in Base64. */
function formsOf(value: string): readonly string[] {
	return [
		value,
		// An answer's token may hold half a character, which cannot be encoded.
		encodeURIComponent(Buffer.from(value).toString()),
		new URLSearchParams({ "": value }).toString().slice(1),
		JSON.stringify(value).slice(1, -1),
		Buffer.from(value).toString("base64"),
	];
}

async function found(secret: Secret, option: string): Promise<string> {
	if (typeof secret === "string") return secret;
	if ("env" in secret) {
		const value = readEnv(secret.env);
		if (value === undefined) throw unreadable(option, secret, "is not set");
		return value;
	}
	try {
		return (await readFile(secret.file, "utf8")).replace(/\r?\n$/u, "");
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
		throw unreadable(option, secret, `cannot be read (${code})`);
	}
}

function unreadable(option: string, secret: Secret, problem: string): Error {
	const place =
		typeof secret === "string"
			? "The value"
			: "env" in secret
				? `The environment variable ${secret.env}`
				: `The file ${secret.file}`;
	return sinkError(
		"secret_unreadable",
		"hold",
		`${place} of \`${option}\` ${problem}. Set it; nothing is sent without it.`,
	);
}

/** Tells whether an option has the shape of a {@link Secret}. */
export function isSecret(value: unknown): value is Secret {
	if (typeof value === "string") return value !== "";
	if (typeof value !== "object" || value === null) return false;
	const place = "env" in value ? value.env : "file" in value ? value.file : undefined;
	return typeof place === "string" && place !== "" && Object.keys(value).length === 1;
}
