import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";

const gzipped = promisify(gzipCallback);
const LINE_FEED = Buffer.from("\n");

/** Lines as a file. */
export async function ndjsonFile(lines: readonly Uint8Array[], gzip: boolean): Promise<Uint8Array> {
	const file = Buffer.concat(lines.flatMap((line) => [line, LINE_FEED]));
	return gzip ? gzipped(file) : file;
}
