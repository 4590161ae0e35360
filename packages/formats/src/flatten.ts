const WORD = /^[a-z][a-z0-9_]*$/;

/**
 * A block's members under dotted names. What has a member whose own name holds a dot stays a block,
 * so that two different blocks never have the same names.
 */
export function flatten(block: object, prefix: string): [string, unknown][] {
	const flat: [string, unknown][] = [];
	flattenInto(flat, block, prefix);
	return flat;
}

function flattenInto(flat: [string, unknown][], block: object, prefix: string): void {
	for (const [name, value] of Object.entries(block) as [string, unknown][]) {
		const path = `${prefix}.${name}`;
		if (isBlockOfWords(value)) flattenInto(flat, value, path);
		else flat.push([path, value]);
	}
}

function isBlockOfWords(value: unknown): value is object {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
	const members = Object.keys(value);
	return members.length > 0 && members.every((member) => WORD.test(member));
}
