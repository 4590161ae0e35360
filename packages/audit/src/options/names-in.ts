/** The options that are there: one that is undefined is not. */
export const namesIn = (options: object): readonly string[] =>
	Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [name]));
