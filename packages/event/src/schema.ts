export { auditEvent, newEvent, storedEvent } from "./schema/event.ts";
export { readerEvent } from "./schema/reader.ts";
export { validate } from "./validate.ts";
export type { Forms, Issue, Validation } from "./validate.ts";
