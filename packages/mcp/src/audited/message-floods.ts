import type { Audit } from "@mcp-trail/audit";
import { floods, type Floods } from "./floods.ts";

const WINDOW_MS = 10_000;
/** Kinds that are told apart at a time. */
const MAX_KINDS = 256;

const known = new WeakMap<Audit, Floods>();

/** Where the messages of an audit are counted: one table, however many servers record into it. */
export function messageFloods(audit: Audit): Floods {
	let found = known.get(audit);
	if (found === undefined)
		known.set(
			audit,
			(found = floods({
				windowMs: WINDOW_MS,
				maxKinds: MAX_KINDS,
				write: (event, decision) => audit.record(event, decision),
				closing: audit.closing,
			})),
		);
	return found;
}

const numbers = new WeakMap<object, number>();
let next = 1;

/** A number by which one owner is told from all others. */
export function numberOf(owner: object): number {
	let number = numbers.get(owner);
	if (number === undefined) numbers.set(owner, (number = next++));
	return number;
}
