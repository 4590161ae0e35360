export type { Link, SealedEvent } from "./sealed-event.ts";
