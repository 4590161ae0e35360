import type { Audit } from "@mcp-trail/audit";
import type { Identifier } from "./identifier.ts";

const identifiers = new WeakMap<Audit, Identifier>();

/** Says who knows the callers of an audit's servers: its HTTP edges ask the same application. */
export function identifies(audit: Audit, identify: Identifier): void {
	if (!identifiers.has(audit)) identifiers.set(audit, identify);
}

/** Who knows the callers; undefined where nobody said so. */
export const identifierOf = (audit: Audit): Identifier | undefined => identifiers.get(audit);
