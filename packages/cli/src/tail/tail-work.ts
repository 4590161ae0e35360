import type { Io } from "../io.ts";

/** What is shown of which trail. */
export interface TailWork {
	readonly path: string;
	/** How many of the last events are shown first; infinity = all. */
	readonly last: number;
	readonly follow: boolean;
	/** Shows a stored line, without its line feed. */
	readonly show: (line: Uint8Array) => Promise<void>;
	readonly io: Io;
}
