import type { Format, Projected } from "./format.ts";
import type { Row } from "./table.ts";

/** A part of a mapping: rows under one heading. */
interface MappingPart {
	readonly title: string;
	readonly rows: readonly Row[];
}

/** A format and the tables it works by, from which its page is generated. */
export interface Mapping<P extends Projected = Projected> {
	readonly format: Format<P>;
	/** The target's own name and version. */
	readonly title: string;
	/** What a reader of the page must know before the tables; Markdown. */
	readonly about: string;
	readonly parts: readonly MappingPart[];
	/** Where what no row keeps goes; Markdown. */
	readonly rest: string;
}
