import type { Audit } from "@mcp-trail/audit";
import type { JsonObject } from "../json-object.ts";
import type { Claim } from "./claim.ts";
import type { Extension } from "./extension.ts";

/** By identifier, of which an audit has as many as its operator gave it, however many instrumentations. */
const spoken = new WeakMap<Audit, Map<string, Extension>>();

/** Says that the instrumentations of an audit speak the extension: its HTTP edges read it, too. */
export function speaks(audit: Audit, extension: Extension): void {
	const known = spoken.get(audit);
	if (known) known.set(extension.id, extension);
	else spoken.set(audit, new Map([[extension.id, extension]]));
}

/** What the block of a request says that no transport has seen; undefined where the extension is off. */
export function claimAtEdge(audit: Audit, meta: JsonObject | undefined): Claim | undefined {
	if (meta === undefined) return undefined;
	for (const extension of spoken.get(audit)?.values() ?? []) {
		const claim = extension.claim({ meta });
		if (claim !== undefined) return claim;
	}
	return undefined;
}
