import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** A row as OCSF has it, so far as tests name its members. */
export interface LakeRecord {
	readonly time: number;
	readonly class_uid: number;
	readonly count: number;
	readonly metadata: { readonly uid: string };
	readonly api: { readonly response: { readonly code: number } };
}

/** Columns whose text is JSON. */
const JSON_TEXT = new Set(["data", "mcp_trail"]);

/** The rows of an object as JSON would have them: without what is absent. */
export async function readLakeObject(body: Uint8Array): Promise<readonly LakeRecord[]> {
	const rows = await parquetReadObjects({ file: new Uint8Array(body).buffer, compressors });
	return rows.map((row) =>
		JSON.parse(
			JSON.stringify(row, (name, value: unknown) => {
				if (typeof value === "bigint") return Number(value);
				if (typeof value === "string" && JSON_TEXT.has(name)) return JSON.parse(value);
				return value ?? undefined;
			}),
		),
	);
}
