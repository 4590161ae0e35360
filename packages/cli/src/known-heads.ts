import { readFile } from "node:fs/promises";
import type { KnownHead } from "@mcp-trail/integrity";
import { escape } from "./escape.ts";
import { Failure, fileFailure } from "./failure.ts";

const HEAD =
	/^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}):([1-9][0-9]{0,15}):(?:sha256:)?([0-9a-f]{64})$/;

/** Reads heads `<stream id>:<sequence>:sha256:<hex>`, or `@<file>` with one of them a line. */
export async function knownHeads(values: readonly string[]): Promise<readonly KnownHead[]> {
	const heads: KnownHead[] = [];
	for (const value of values) {
		const lines = value.startsWith("@") ? await linesOf(value.slice(1)) : [value];
		heads.push(...lines.map(parseHead));
	}
	return heads;
}

/** The form in which `verify` prints a head and takes it back. */
export function headText({ streamId, sequence, hash }: KnownHead): string {
	return `${streamId}:${sequence}:${hash}`;
}

async function linesOf(path: string): Promise<readonly string[]> {
	try {
		const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.trim());
		return lines.filter((line) => line !== "" && !line.startsWith("#"));
	} catch (error) {
		throw fileFailure(path, error);
	}
}

function parseHead(text: string): KnownHead {
	const [, streamId, sequence, hex] = HEAD.exec(text) ?? [];
	if (streamId === undefined || !Number.isSafeInteger(Number(sequence)))
		throw new Failure(
			`--head ${escape(text)} is no head. Give <stream id>:<sequence>:sha256:<64 hex>, as verify prints it, or @<file> with one a line.`,
		);
	return { streamId, sequence: Number(sequence), hash: `sha256:${hex}` };
}
