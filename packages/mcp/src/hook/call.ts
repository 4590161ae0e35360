import type { Entry } from "./exchanges.ts";

/** One call, and what it sent. */
export interface Call {
	readonly params: unknown;
	entry: Entry | undefined;
	/** Its caller has got what it asked for, or will not. */
	isOver: boolean;
}
