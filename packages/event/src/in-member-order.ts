import { memberOrder } from "./member-order.gen.ts";

type Loose = Record<string, unknown>;

/** Where a member stands in its block, and the order within it where it is a block itself. */
interface Place {
	readonly position: number;
	readonly inner: Order | undefined;
}
type Order = ReadonlyMap<string, Place>;

/** Built from the flat table once: looking up a nested map is far cheaper than joining paths. */
const eventOrder: Order = orderAt("");

function orderAt(path: string): Order {
	const names = memberOrder[path] ?? [];
	return new Map(
		names.map((name, position) => {
			const below = path === "" ? name : `${path}.${name}`;
			return [name, { position, inner: below in memberOrder ? orderAt(below) : undefined }];
		}),
	);
}

const isRecord = (value: unknown): value is Loose => typeof value === "object" && value !== null;

/**
 * Returns the event with its members in the order in which a line stores them: itself where they
 * already are, else a copy. Members that the format does not know come last.
 */
export function inMemberOrder<T extends object>(event: T): T {
	if (isOrdered(event, eventOrder)) return event;
	const copy = structuredClone(event);
	putInOrder(copy, eventOrder);
	return copy;
}

function isOrdered(value: unknown, order: Order): boolean {
	if (!isRecord(value)) return true;
	if (Array.isArray(value)) return value.every((item) => isOrdered(item, order));
	let last = -1;
	for (const name in value) {
		const place = order.get(name);
		const position = place?.position ?? order.size;
		if (position < last) return false;
		if (place?.inner !== undefined && !isOrdered(value[name], place.inner)) return false;
		last = position;
	}
	return true;
}

function putInOrder(value: unknown, order: Order): void {
	if (!isRecord(value)) return;
	if (Array.isArray(value)) {
		for (const item of value) putInOrder(item, order);
		return;
	}
	const at = (name: string): number => order.get(name)?.position ?? order.size;
	for (const name of Object.keys(value).toSorted((a, b) => at(a) - at(b))) {
		const member = value[name];
		const inner = order.get(name)?.inner;
		if (inner !== undefined) putInOrder(member, inner);
		Reflect.deleteProperty(value, name);
		Reflect.set(value, name, member);
	}
}
