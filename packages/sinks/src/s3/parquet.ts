import { setImmediate as nextTurn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { missingPeers } from "../missing-peers.ts";
import { sinkError } from "../sink-error.ts";
import { type Column, parquetSchema } from "./columns.ts";

/** A row by column; what no column names is not written. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows written before other work gets its turn, because the host's own calls wait: a file grows as groups get smaller. */
const ROW_GROUP = 500;

/**
 * Makes a Parquet file, compressed with gzip. Its library is loaded when first used; it works on the host's own
 * thread, in turns of {@link ROW_GROUP} rows.
 */
export async function parquetFile(
	columns: readonly Column[],
	rows: readonly Row[],
	signal: AbortSignal,
): Promise<Uint8Array> {
	const { ByteWriter, ParquetWriter } = await library();
	const writer = new ByteWriter();
	const file = new ParquetWriter({
		writer,
		schema: [...parquetSchema(columns)],
		codec: "GZIP",
		compressors: { GZIP: (bytes) => gzipSync(bytes) },
		createdBy: "mcp-trail",
	});
	for (let start = 0; start < rows.length; start += ROW_GROUP) {
		const group = rows.slice(start, start + ROW_GROUP);
		await file.write({
			columnData: columns.map(({ name, type }) => ({
				name,
				data: group.map((row) => row[name]),
				// Least and greatest of what stands below a column help no reader, and cost a fifth of the time.
				statistics: typeof type === "string" && type !== "json",
			})),
			rowGroupSize: ROW_GROUP,
		});
		await nextTurn();
		signal.throwIfAborted();
	}
	await file.finish();
	return writer.getBytes();
}

/** Throws `TypeError` where the optional peer is not installed; `what` of the options needs it. */
export function checkParquetPeer(factory: string, what: string): void {
	const [missing] = missingPeers(["hyparquet-writer@0"]);
	if (missing !== undefined) throw new TypeError(`${factory}: ${what} ${missing}`);
}

/** The optional peer that writes Parquet. */
async function library() {
	try {
		return await import("hyparquet-writer");
	} catch (cause) {
		throw sinkError(
			"parquet_writer_missing",
			"hold",
			"hyparquet-writer, which writes Parquet, cannot be loaded. Run `npm install hyparquet-writer`.",
			{ cause },
		);
	}
}
