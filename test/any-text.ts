import fc, { type Arbitrary, type StringConstraints } from "fast-check";

/** How many code points are surrogates, and the first of them: alone they are no characters. */
const SURROGATES = { first: 0xd800, count: 0x800 };

/** Any character of Unicode, every other one ASCII, controls included. */
export const anyCharacter = fc
	.oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0x10ffff - SURROGATES.count }))
	.map((n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count));

/** Text of any characters. The unit `binary` of fast-check is the same, and takes two seconds of each file to set up. */
export const anyText = (
	constraints: Pick<StringConstraints, "maxLength"> = {},
): Arbitrary<string> => fc.string({ ...constraints, unit: anyCharacter });
