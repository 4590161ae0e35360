import { setImmediate as nextTurn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { sinkError } from "../sink-error.ts";
import { type Column, parquetSchema } from "./columns.ts";

/** A row by column; what no column names is not written. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows written before other work gets its turn: the host's own calls wait for them. */
const ROW_GROUP = 500;

/** Makes a Parquet file, compressed with gzip; its library is loaded when first used. */
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
			columnData: columns.map(({ name }) => ({ name, data: group.map((row) => row[name]) })),
			rowGroupSize: ROW_GROUP,
		});
		await nextTurn();
		signal.throwIfAborted();
	}
	await file.finish();
	return writer.getBytes();
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
