import type { Files } from "../system.ts";
import { errorCode } from "../system/error-code.ts";

const MAX_BYTES = 64 * 1024;

/** Reads a small JSON file; undefined where it is missing, too large or no JSON object. */
export async function readJson(
	files: Files,
	path: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
	const text = await readText(files, path);
	if (text === undefined) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		return isRecord(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** Writes a small JSON file so that it is there whole or not at all, also after a power loss. */
export async function writeJson(
	files: Files,
	folder: string,
	name: string,
	value: object,
): Promise<void> {
	const draft = `${folder}/.${name}.draft`;
	await writeWhole(files, draft, value);
	await files.rename(draft, `${folder}/${name}`);
	await files.syncFolder(folder);
}

/** Writes a JSON file that nobody looks for yet, durably; replaces what an earlier attempt left. */
export async function writeWhole(files: Files, path: string, value: object): Promise<void> {
	if ((await files.status(path)) !== undefined) await files.remove(path);
	const file = await files.open(path, "create");
	try {
		await writeAll(file, Buffer.from(`${JSON.stringify(value)}\n`), 0);
		await file.datasync();
	} finally {
		await file.close();
	}
}

/** Writes all of a buffer, in as many writes as it takes. */
export async function writeAll(
	file: { writev(buffers: readonly Uint8Array[], position: number): Promise<number> },
	bytes: Uint8Array,
	position: number,
): Promise<void> {
	let written = 0;
	while (written < bytes.length) {
		const rest = written === 0 ? bytes : bytes.subarray(written);
		const count = await file.writev([rest], position + written);
		if (count <= 0) throw new Error("The file system took no bytes and gave no reason.");
		written += count;
	}
}

async function readText(files: Files, path: string): Promise<string | undefined> {
	let file;
	try {
		file = await files.open(path, "read");
	} catch (error) {
		if (errorCode(error) === "ENOENT") return undefined;
		throw error;
	}
	try {
		return Buffer.from(await file.read(MAX_BYTES, 0)).toString("utf8");
	} finally {
		await file.close();
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
