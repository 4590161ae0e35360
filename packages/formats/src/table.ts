import type { StoredEvent } from "@mcp-trail/event";

/** Turns a value of the event into the target's words. */
export interface Conversion {
	/** What it does, as the mapping page says it. */
	readonly says: string;
	/** True when the event's value can be read back from the result. */
	readonly keeps: boolean;
	/** The members of the event that `of` reads beside the value, such as `mcp.method`. @default any */
	readonly reads?: readonly string[];
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
	const members: Branch = { below: new Map() };
	const compiled = rows.map((row) => ({
		row,
		to: flat ? [row.to] : steps(row.to),
		from: row.from === undefined ? undefined : row.from.split("."),
		member: row.from === undefined ? undefined : branchOf(members, row.from.split(".")),
	}));
	return (event) => {
		const said: Node = {};
		const kept = new Set<Branch>();
		for (const { row, to, from, member } of compiled) {
			if (at(said, to) !== undefined) continue;
			const value = from === undefined ? undefined : at(event, from);
			if (from !== undefined && value === undefined) continue;
			const word = row.as === undefined ? (row.is ?? value) : row.as.of(value, event);
			if (word === undefined) continue;
			put(said, to, word);
			if (member !== undefined && row.as?.keeps !== false) kept.add(member);
		}
		return { said, rest: without({ ...event }, members, kept) };
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

/** The members that rows read, as a tree: found once, not for every event. */
interface Branch {
	readonly below: Map<string, Branch>;
}

function branchOf(root: Branch, path: readonly string[]): Branch {
	let branch = root;
	for (const name of path) {
		const next = branch.below.get(name) ?? { below: new Map<string, Branch>() };
		branch.below.set(name, next);
		branch = next;
	}
	return branch;
}

/** The block without the kept members, and without blocks that are empty then; itself where it holds none. */
function without(block: Fields, branch: Branch, kept: ReadonlySet<Branch>): Fields {
	let removed = false;
	const left: [string, unknown][] = [];
	for (const [name, value] of Object.entries(block)) {
		const member = branch.below.get(name);
		const remains =
			member !== undefined && member.below.size > 0 && !kept.has(member) && isNode(value)
				? without(value, member, kept)
				: value;
		const gone =
			member !== undefined &&
			(kept.has(member) || (remains !== value && Object.keys(Object(remains)).length === 0));
		if (gone || remains !== value) removed = true;
		if (!gone) left.push([name, remains]);
	}
	// Object.fromEntries defines members, so that one called __proto__ stays a member.
	return removed ? Object.fromEntries(left) : block;
}

function isNode(value: unknown): value is Node {
	return typeof value === "object" && value !== null;
}
