import type { Exchange, TraceIds } from "../observer.ts";
import { isRequestId } from "./frame.ts";

/** A request that ended without its answer, as far as the answer needs it. */
interface GivenUp {
	readonly method: string;
	readonly trace: TraceIds | undefined;
}

/** The last requests of one direction that ended without an answer; the oldest goes first. */
export interface GivenUps {
	add(exchange: Exchange): void;
	/** Takes out the request that a late answer is for. */
	take(id: unknown): GivenUp | undefined;
}

const MAX = 256;

export function givenUps(): GivenUps {
	// Most connections give up nothing; a server's may be made for one request.
	let last: Map<string | number, GivenUp> | undefined;
	return {
		add({ id, method, trace }) {
			// A name of any length would be held for as long as the connection lives.
			if (method.length > 128 || (typeof id === "string" && id.length > 128)) return;
			last ??= new Map();
			last.delete(id);
			last.set(id, { method, trace });
			if (last.size <= MAX) return;
			const oldest = last.keys().next().value;
			if (oldest !== undefined) last.delete(oldest);
		},
		take(id) {
			if (last === undefined || !isRequestId(id)) return undefined;
			const key = last.has(id) ? id : Number(id);
			const found = last.get(key);
			last.delete(key);
			return found;
		},
	};
}
