import { open } from "node:fs/promises";
import { SinksConfigError } from "./sinks-config-error.ts";

/** JSON as read, and where from. */
export interface JsonFile {
	readonly value: unknown;
	readonly source?: string;
}

const MAX_BYTES = 1_048_576;

/** Reads a file of JSON, at most 1 MiB. */
export async function readJsonFile(file: string): Promise<JsonFile> {
	let text: string;
	try {
		text = await bounded(file);
	} catch (cause) {
		const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
		throw unreadable(remedies[code] ?? `cannot be read (${code}). Check the path.`, file, cause);
	}
	return { ...readJsonText(text, file), source: file };
}

const remedies: Readonly<Record<string, string>> = {
	ENOENT: "does not exist. Check the path.",
	EACCES: "may not be read by this user. Give it the right to.",
	EISDIR: "is a folder. Name the file.",
	TOO_LONG: `has more than ${MAX_BYTES} bytes. Check the path.`,
};

async function bounded(path: string): Promise<string> {
	const file = await open(path);
	try {
		const buffer = Buffer.alloc(MAX_BYTES + 1);
		let bytes = 0;
		for (;;) {
			const { bytesRead } = await file.read(buffer, bytes, buffer.length - bytes);
			if (bytesRead === 0) return buffer.toString("utf8", 0, bytes);
			bytes += bytesRead;
			if (bytes > MAX_BYTES) throw Object.assign(new Error("too long"), { code: "TOO_LONG" });
		}
	} finally {
		await file.close();
	}
}

/** Reads JSON text; what is wrong is said by its place, because a parser's message quotes what may be a secret. */
export function readJsonText(text: string, source?: string): JsonFile {
	try {
		return { value: JSON.parse(text.replace(/^\u{feff}/u, "")) };
	} catch (error) {
		const message = error instanceof Error ? error.message : "";
		const position = /at position ([0-9]+)/.exec(message)?.[1];
		const before = text.slice(0, position === undefined ? wrongAt(text) : Number(position));
		const lines = before.split("\n");
		const place = `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
		throw unreadable(`is not JSON: ${place}. Look for a comma or a quote there.`, source);
	}
}

const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|[{}[\],:]|-?[0-9][0-9.eE+-]*|true|false|null/y;

/** Where a value should begin and none does. */
function wrongAt(text: string): number {
	let previous = "";
	TOKEN.lastIndex = 0;
	for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
		const token = TOKEN.exec(text)?.[0];
		if (token === undefined) return at;
		const noValue = /^[\]},:]$/.test(token) && /^[,:]$/.test(previous);
		if (noValue) return at;
		if (token.trim() !== "") previous = token;
	}
	return text.length;
}

function unreadable(
	message: string,
	source: string | undefined,
	cause?: unknown,
): SinksConfigError {
	return new SinksConfigError("config_unreadable", [{ path: "", message }], {
		...(source === undefined ? {} : { source }),
		...(cause === undefined ? {} : { cause }),
	});
}
