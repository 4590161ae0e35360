/** The value of a JSON text; undefined when it is none. */
export function parsedJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** What an object holds under a name, whatever else it is. */
export function member(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null && Object.hasOwn(value, name)
		? Reflect.get(value, name)
		: undefined;
}

/** The text an object holds under a name, or none. */
export function textMember(value: unknown, name: string): string {
	const found = member(value, name);
	return typeof found === "string" ? found : "";
}
