import type { StoredEvent } from "@mcp-trail/event";

/** Turns a value of the event into the target's words. */
export interface Conversion {
	/** What it does, as the mapping page says it. */
	readonly says: string;
	/** True when the event's value can be read back from the result. */
	readonly keeps: boolean;
	/** The target's value, or undefined when this row has nothing to say of this event. */
	of(value: unknown, event: StoredEvent): unknown;
}

/** What a constant row says. */
type Constant = string | number | boolean | readonly string[];

/** One line of a mapping. Of several rows with one target, the first that says something counts. */
export interface Row {
	/** Where it goes in the target, such as `resources[0].name`. */
	readonly to: string;
	/** The member of the event, such as `target.name`; absent for a constant or what is computed. */
	readonly from?: string;
	/** @default the value as it is */
	readonly as?: Conversion;
	readonly is?: Constant;
}

/** A target as it is built: an object as JSON has it. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a table said of an event, and what of the event no row could keep. */
export interface Filled {
	readonly said: Fields;
	readonly rest: Fields;
}

/** How a target's names are understood. */
export interface TableOptions {
	/** Names are written as they stand, dots and all. @default false */
	readonly flat?: boolean;
}

type Step = string | number;
type Node = Record<Step, unknown>;

/** Compiles rows into a function that says an event in the target's words. */
export function table(
	rows: readonly Row[],
	{ flat = false }: TableOptions = {},
): (event: StoredEvent) => Filled {
	const compiled = rows.map((row) => ({
		row,
		to: flat ? [row.to] : steps(row.to),
		from: row.from === undefined ? undefined : row.from.split("."),
	}));
	return (event) => {
		const said: Node = {};
		const kept: string[][] = [];
		for (const { row, to, from } of compiled) {
			if (at(said, to) !== undefined) continue;
			const value = from === undefined ? undefined : at(event, from);
			if (from !== undefined && value === undefined) continue;
			const word = row.as === undefined ? (row.is ?? value) : row.as.of(value, event);
			if (word === undefined) continue;
			put(said, to, word);
			if (from !== undefined && row.as?.keeps !== false) kept.push(from);
		}
		return { said, rest: without(event, kept) };
	};
}

/** The steps of a path: `a[0].b` is `a`, 0, `b`. */
function steps(path: string): Step[] {
	return [...path.matchAll(/\[([0-9]+)\]|[^.[\]]+/g)].map(([name, index]) =>
		index === undefined ? name : Number(index),
	);
}

/** The value at a path; only own members are followed. */
function at(root: unknown, path: readonly Step[]): unknown {
	let value = root;
	for (const step of path) {
		if (!isNode(value) || !Object.hasOwn(value, step)) return undefined;
		value = value[step];
	}
	return value;
}

function put(root: Node, path: readonly Step[], value: unknown): void {
	let node = root;
	for (const [index, step] of path.entries()) {
		const next = path[index + 1];
		if (next === undefined) {
			node[step] = value;
			return;
		}
		if (!isNode(node[step])) node[step] = typeof next === "number" ? [] : {};
		const below = node[step];
		if (isNode(below)) node = below;
	}
}

/** A copy without the members at the paths, and without blocks that are empty then. */
function without(block: object, paths: readonly (readonly string[])[]): Fields {
	if (paths.length === 0) return Object.fromEntries(Object.entries(block));
	// Object.fromEntries defines members, so that one called __proto__ stays a member.
	return Object.fromEntries(
		Object.entries(block).flatMap(([name, value]: [string, unknown]) => {
			const below = paths.filter(([first]) => first === name).map((path) => path.slice(1));
			if (below.some((path) => path.length === 0)) return [];
			if (below.length === 0 || !isNode(value)) return [[name, value]];
			const left = without(value, below);
			return Object.keys(left).length === 0 ? [] : [[name, left]];
		}),
	);
}

function isNode(value: unknown): value is Node {
	return typeof value === "object" && value !== null;
}
