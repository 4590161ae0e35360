/** Revisions of MCP before 2026-07-28, as `MCP-Protocol-Version` names them. */
export const LEGACY_REVISIONS: ReadonlySet<string> = new Set([
	"2024-10-07",
	"2024-11-05",
	"2025-03-26",
	"2025-06-18",
	"2025-11-25",
]);

/** True for a revision that is published; others may be, which nobody here has heard of. */
export const isKnownRevision = (version: string): boolean =>
	LEGACY_REVISIONS.has(version) || version === "2026-07-28";
