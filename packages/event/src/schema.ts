export { auditEvent, newEvent, storedEvent } from "./schema/event.ts";
