import type { Audit } from "@mcp-trail/audit";
import { isCallback, member } from "./hook/loose.ts";

/** Where zero-code set-up puts the audit of the process. */
const PROCESS_AUDIT = Symbol.for("mcp-trail.audit");

const isAudit = (value: unknown): value is Audit => isCallback(member(value, "record"));

/** The audit that zero-code set-up opened for this process, if it did. */
export function processAudit(): Audit | undefined {
	const found = member(globalThis, PROCESS_AUDIT);
	return isAudit(found) ? found : undefined;
}
