const READER_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** Throws a TypeError where a reader's name is not one that may name a file and a sink. */
export function readerName(name: string): string {
	if (READER_NAME.test(name)) return name;
	throw new TypeError(
		`${JSON.stringify(name)} is no reader name. Use ^[a-z][a-z0-9_-]{0,31}$, such as "kafka".`,
	);
}
