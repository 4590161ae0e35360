import type { Fields } from "./table.ts";

const WORD = /^[a-z][a-z0-9_]*$/;

/**
 * A block's members under dotted names. What has a member whose own name holds a dot stays a block,
 * so that two different blocks never have the same names.
 */
export function flatten(block: Fields, prefix: string): Fields {
	return Object.fromEntries(
		Object.entries(block).flatMap(([name, value]): [string, unknown][] => {
			const path = `${prefix}.${name}`;
			if (typeof value !== "object" || value === null || Array.isArray(value))
				return [[path, value]];
			const members = Object.keys(value);
			return members.length > 0 && members.every((member) => WORD.test(member))
				? Object.entries(flatten({ ...value }, path))
				: [[path, value]];
		}),
	);
}
