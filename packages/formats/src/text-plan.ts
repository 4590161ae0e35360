import { again } from "./conversions.ts";
import { type KnownWords, knownWords } from "./known-values.ts";
import { type Piece, pieceOf } from "./sheet.ts";
import type { Conversion, Row } from "./table.ts";

/** What a conversion says: nothing, the value as it stands in the line, or something else. */
export type Said = Piece | "nothing" | "the_value";

/** One row with its words ready. */
export interface Word {
	/** Index of the path it reads; -1 for a constant or what is computed. */
	readonly path: number;
	/** A constant. */
	readonly is: Piece | undefined;
	/** Absent where the value stays as it is. */
	readonly as: Conversion | undefined;
	readonly keeps: boolean;
	/** What `as` said of the values that it reads: the words of one event are mostly those of others before. */
	readonly known: KnownWords<Said>;
}

/** A member of the target: a value that one of some rows says, or a block of members. */
export interface Member {
	/** A comma, and its name with quotes and colon, none within a list. */
	readonly key: Piece;
	/** A block that ends with the line itself, under this name. */
	readonly line: Piece | undefined;
	readonly words: readonly Word[];
	readonly below: readonly Member[];
	readonly list: boolean;
}

/** A member of the event that conversions read. */
export interface Reading {
	readonly name: string;
	readonly path: number;
	readonly below: readonly Reading[];
}

/** A comma, and a member's name as it stands in JSON. */
export const keyOf = (name: string): Piece => pieceOf(`,${encoded(name)}:`);

export function readsOf(as: Conversion | undefined): readonly string[] {
	if (as !== undefined && as.reads === undefined)
		throw new TypeError(`The conversion "${as.says}" does not say what it reads.`);
	return as?.reads ?? [];
}

/** A path and the blocks that it leads through: a conversion may ask whether they are there. */
export function withBlocks(path: string): readonly string[] {
	const names = path.split(".");
	return names.map((_, index) => names.slice(0, index + 1).join("."));
}

export function readingsOf(
	read: readonly string[],
	block: string,
	paths: readonly string[],
): Reading[] {
	const names = read.flatMap((path) =>
		path.startsWith(block) ? [path.slice(block.length).split(".", 1)[0] ?? ""] : [],
	);
	return [...new Set(names)].map((name) => ({
		name,
		path: paths.indexOf(block + name),
		below: readingsOf(read, `${block}${name}.`, paths),
	}));
}

/** The target's members in the order in which rows say them. */
export function membersOf(
	rows: readonly Row[],
	paths: readonly string[],
	line: { readonly block: string; readonly name: string },
): readonly Member[] {
	const steps = rows.map((row) => ({ row, to: row.to.replaceAll("[", ".[").split(".") }));
	const members = below(steps, paths);
	const [first] = steps.filter(({ to }) => to[0] === line.block && to.length > 1);
	if (first === undefined) throw new TypeError(`No row says a member of the block ${line.block}.`);
	const index = [...new Set(steps.map(({ to }) => to[0]))].indexOf(line.block);
	return members.map((member, place) =>
		place === index ? { ...member, line: pieceOf(`,${encoded(line.name)}:"`) } : member,
	);
}

interface Step {
	readonly row: Row;
	readonly to: readonly string[];
}

function below(steps: readonly Step[], paths: readonly string[]): readonly Member[] {
	const names = [...new Set(steps.map(({ to }) => to[0] ?? ""))];
	return names.map((name): Member => {
		const here = steps.filter(({ to }) => to[0] === name);
		const first = steps.findIndex(({ to }) => to[0] === name);
		const apart = steps.findLastIndex(({ to }) => to[0] === name) - first + 1;
		const deeper = here.filter(({ to }) => to.length > 1);
		const listed = deeper.some(({ to }) => to[1]?.startsWith("[") === true);
		if (apart !== here.length || (deeper.length > 0 && deeper.length < here.length))
			throw new TypeError(
				`The rows of ${here[0]?.row.to} and ${here.at(-1)?.row.to} do not stand together.`,
			);
		if (listed && deeper.some(({ to }) => to[1] !== "[0]"))
			throw new TypeError(`${here[0]?.row.to}: a list of one member at most can be laid out.`);
		return {
			key: name.startsWith("[") ? pieceOf(",") : keyOf(name),
			line: undefined,
			words: deeper.length > 0 ? [] : here.map(({ row }) => wordFor(row, paths)),
			below: below(
				deeper.map(({ row, to }) => ({ row, to: to.slice(1) })),
				paths,
			),
			list: listed,
		};
	});
}

function wordFor(row: Row, paths: readonly string[]): Word {
	const path = row.from === undefined ? -1 : paths.indexOf(row.from);
	const as = row.as === again ? undefined : row.as;
	const read = readsOf(as)
		.flatMap(withBlocks)
		.map((name) => paths.indexOf(name));
	const inputs = new Set(path < 0 ? read : [path, ...read]);
	return {
		path,
		is: row.is === undefined ? undefined : pieceOf(encoded(row.is)),
		as,
		keeps: path >= 0 && row.as?.keeps !== false,
		known: knownWords(Int32Array.from(inputs)),
	};
}

/** What stands in JSON as it is. */
const SIMPLE = /^[ !#-[\]-~]*$/;
const ASCII = /^[ -~]*$/;

/** A value as JSON, one character a byte. */
export function encoded(value: unknown): string {
	if (typeof value === "string" && SIMPLE.test(value)) return `"${value}"`;
	const json = JSON.stringify(value);
	return ASCII.test(json) ? json : Buffer.from(json).toString("latin1");
}
