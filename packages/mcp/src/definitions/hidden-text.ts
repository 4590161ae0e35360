/** Text that a model reads and a person does not see, by kind. */
const kinds = [
	["tag", /[\u{E0000}-\u{E007F}]/u],
	["bidi", /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u],
	// A joiner behind a pictograph makes one emoji of two.
	["zero_width", /[\u200B\u200C\u2060-\u2064\uFEFF]|(?<![\p{Extended_Pictographic}\uFE0F])\u200D/u],
	// Fillers that show nothing; selectors in a row choose no form of a character: they carry bytes.
	["zero_width", /[\u00AD\u115F\u1160\u180E\u206A-\u206F\u3164\uFFA0]|\u034F|\u17B4|\u17B5/u],
	["zero_width", /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{2}/u],
	// eslint-disable-next-line no-control-regex -- these are what is looked for
	["control", /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/u],
] as const;

/** One word of `definition.hidden_text`. */
export type HiddenText = (typeof kinds)[number][0];

const MAX_VALUES = 10_000;

/** Which kinds of invisible text a value holds in its strings and keys; looks at the first 10,000 values. */
export function hiddenText(value: unknown): readonly HiddenText[] {
	const found = new Set<HiddenText>();
	const look = (text: string): void => {
		for (const [kind, pattern] of kinds) if (pattern.test(text)) found.add(kind);
	};
	const left: unknown[] = [value];
	for (let seen = 0; left.length > 0 && seen < MAX_VALUES; seen++) {
		const one = left.pop();
		if (typeof one === "string") look(one);
		else if (Array.isArray(one)) left.push(...one.slice(0, MAX_VALUES));
		else if (typeof one === "object" && one !== null)
			for (const [key, member] of Object.entries(one)) {
				look(key);
				left.push(member);
			}
	}
	return [...new Set(kinds.map(([kind]) => kind))].filter((kind) => found.has(kind));
}
