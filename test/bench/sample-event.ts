import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditEvent } from "@mcp-trail/event";

const path = join(import.meta.dirname, "../../schemas/event/1.0/valid/mcp.request.json");
const { integrity: _, ...event } = JSON.parse(readFileSync(path, "utf8")) as AuditEvent & {
	integrity?: unknown;
};

/** The example `mcp.request` of the schema, ready to be sealed. */
export function sampleEvent(): AuditEvent {
	return event;
}
