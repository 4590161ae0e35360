import { memberOrder } from "./member-order.gen.ts";

type Loose = Record<string, unknown>;

const positions: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
	Object.entries(memberOrder).map(([path, names]) => [
		path,
		new Map(names.map((name, index) => [name, index])),
	]),
);

const isRecord = (value: unknown): value is Loose => typeof value === "object" && value !== null;

/**
 * Returns the event with its members in the order in which a line stores them: itself where they
 * already are, else a copy. Members that the format does not know come last.
 */
export function inMemberOrder<T extends object>(event: T): T {
	if (isOrdered(event, "")) return event;
	const copy = structuredClone(event);
	order(copy, "");
	return copy;
}

function isOrdered(value: unknown, path: string): boolean {
	if (!isRecord(value)) return true;
	if (Array.isArray(value)) return value.every((item) => isOrdered(item, path));
	const known = positions.get(path);
	if (known === undefined) return true;
	let last = -1;
	for (const name in value) {
		const position = known.get(name) ?? known.size;
		if (position < last || !isOrdered(value[name], below(path, name))) return false;
		last = position;
	}
	return true;
}

function order(value: unknown, path: string): void {
	if (!isRecord(value)) return;
	if (Array.isArray(value)) {
		for (const item of value) order(item, path);
		return;
	}
	const known = positions.get(path);
	if (known === undefined) return;
	const at = (name: string): number => known.get(name) ?? known.size;
	for (const name of Object.keys(value).toSorted((a, b) => at(a) - at(b))) {
		const member = value[name];
		order(member, below(path, name));
		Reflect.deleteProperty(value, name);
		value[name] = member;
	}
}

/** Concatenating costs more than looking up: most members have no order of their own. */
function below(path: string, name: string): string {
	return path === "" ? name : `${path}.${name}`;
}
