import type { Audit } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import { member } from "../hook/loose.ts";

/** Checks what TypeScript cannot where nobody types. @throws TypeError that names the member. */
export function sayingOne(said: unknown, key: string, words: readonly string[]): void {
	const value = member(said, key);
	if (typeof value === "string" && words.includes(value)) return;
	throw new TypeError(`${key} says none of these: ${words.join(", ")}. Give one of them.`);
}

/** Records what an application tells; where no event can be made of it, the audit counts one as lost and says why. */
export function recordOf(audit: Audit, make: () => NewEvent): void {
	try {
		audit.record(make());
	} catch (fault) {
		// The audit looks at what it is given: there it fails, is counted and reported.
		audit.record({
			get type(): never {
				throw fault;
			},
			severity: "informational",
		});
	}
}
