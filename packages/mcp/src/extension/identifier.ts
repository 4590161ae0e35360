/** Identifier of the audit extension (SEP-2133), under which it is negotiated and its blocks stand in `_meta`. */
export const AUDIT_EXTENSION = "io.github.mcp-trail/audit";

const LABEL = "[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const IDENTIFIER = new RegExp(
	`^(?:${LABEL}\\.)+${LABEL}/[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`,
);
const RESERVED: ReadonlySet<string | undefined> = new Set(["modelcontextprotocol", "mcp"]);

/**
 * Checks an identifier of one's own: a reversed domain with two labels or more, a slash, a name. A second label
 * `mcp` or `modelcontextprotocol` is reserved by the specification.
 *
 * @throws TypeError where it is none.
 */
export function extensionIdentifier(id: string): string {
	const [, second] = id.slice(0, id.indexOf("/")).split(".");
	if (id.length <= 128 && IDENTIFIER.test(id) && !RESERVED.has(second)) return id;
	throw new TypeError(
		`"${id}" is no extension identifier; give a reversed domain that you own and a name, such as "com.example/audit".`,
	);
}

/** The vendor prefix of an identifier, with its slash. */
export const prefixOf = (id: string): string => id.slice(0, id.indexOf("/") + 1);
