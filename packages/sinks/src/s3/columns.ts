import type { SchemaElement } from "hyparquet-writer";

/** What a column holds. */
export type ColumnType =
	| "string"
	| "int"
	| "long"
	| "boolean"
	/** Any value, as JSON text. */
	| "json"
	/** Milliseconds since the epoch, in UTC. */
	| "timestamp"
	| { readonly list: ColumnType }
	| { readonly struct: readonly Column[] };

/** One column of a table. */
export interface Column {
	readonly name: string;
	readonly type: ColumnType;
}

/** Names columns of one type after another. */
export function columnsOf(types: Readonly<Record<string, ColumnType>>): readonly Column[] {
	return Object.entries(types).map(([name, type]) => ({ name, type }));
}

/** The columns as Parquet has them, root first; every one may be absent from a row. */
export function parquetSchema(columns: readonly Column[]): readonly SchemaElement[] {
	return [
		{ name: "root", num_children: columns.length },
		...columns.flatMap(({ name, type }) => elements(name, type)),
	];
}

function elements(name: string, type: ColumnType): readonly SchemaElement[] {
	const optional = { name, repetition_type: "OPTIONAL" } as const;
	if (typeof type === "object" && "list" in type) {
		return [
			{ ...optional, converted_type: "LIST", logical_type: { type: "LIST" }, num_children: 1 },
			{ name: "list", repetition_type: "REPEATED", num_children: 1 },
			...elements("element", type.list),
		];
	}
	if (typeof type === "object") {
		const below = type.struct.flatMap((column) => elements(column.name, column.type));
		return [{ ...optional, num_children: type.struct.length }, ...below];
	}
	return [{ ...optional, ...primitives[type] }];
}

const primitives: Readonly<Record<Extract<ColumnType, string>, Partial<SchemaElement>>> = {
	string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
	json: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
	int: { type: "INT32" },
	long: { type: "INT64" },
	boolean: { type: "BOOLEAN" },
	timestamp: {
		type: "INT64",
		converted_type: "TIMESTAMP_MILLIS",
		logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
	},
};

/** The columns in the words of Athena and Glue. */
export function hiveType(type: ColumnType): string {
	if (typeof type === "object" && "list" in type) return `array<${hiveType(type.list)}>`;
	if (typeof type === "object") {
		const members = type.struct.map(({ name, type: below }) => `${name}:${hiveType(below)}`);
		return `struct<${members.join(",")}>`;
	}
	if (type === "long") return "bigint";
	return type === "json" ? "string" : type;
}

/** A value as a column takes it; throws where it does not fit, so that nothing is left out silently. */
function fit(type: ColumnType, value: unknown, path: string): unknown {
	if (value === undefined || value === null) return undefined;
	const wrong = (): TypeError => new TypeError(`${path} does not fit its column`);
	if (typeof type === "object" && "list" in type) {
		if (!Array.isArray(value)) throw wrong();
		return value.map((one: unknown) => fit(type.list, one, path));
	}
	if (typeof type === "object") return fitStruct(type.struct, value, path);
	const taken = takes[type](value);
	if (taken === undefined) throw wrong();
	return taken;
}

const whole = (value: unknown): number | undefined =>
	typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;

/** What each kind of column makes of a value; undefined where it does not fit. */
const takes: Readonly<Record<Extract<ColumnType, string>, (value: unknown) => unknown>> = {
	string: (value) => (typeof value === "string" ? value : undefined),
	json: (value) => JSON.stringify(value),
	boolean: (value) => (typeof value === "boolean" ? value : undefined),
	int: (value) => (Math.abs(whole(value) ?? Infinity) <= MAX_INT ? value : undefined),
	long: (value) => (whole(value) === undefined ? undefined : BigInt(whole(value) ?? 0)),
	timestamp: (value) => (whole(value) === undefined ? undefined : new Date(whole(value) ?? 0)),
};

/** An object as the columns take it; throws where one of its members has none. */
export function fitStruct(
	columns: readonly Column[],
	value: unknown,
	path = "",
): Readonly<Record<string, unknown>> {
	if (typeof value !== "object" || value === null) throw new TypeError(`${path} is no object`);
	const row: Record<string, unknown> = {};
	const left = new Set(Object.keys(value));
	for (const { name, type } of columns) {
		left.delete(name);
		const held: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
		row[name] = fit(type, held, path === "" ? name : `${path}.${name}`);
	}
	const [unknown] = left;
	if (unknown !== undefined) throw new TypeError(`${path}.${unknown} has no column`);
	return row;
}

const MAX_INT = 2_147_483_647;
