export type { Canonical, CanonicalizeOptions } from "./canonicalize.ts";
export { canonicalize } from "./canonicalize.ts";
export type { StatedLink } from "./line.ts";
export { hashOf, readLine, readLink } from "./line.ts";
export type { Head, Sealer } from "./seal.ts";
export { seal, sealer } from "./seal.ts";
export type { Link, SealedEvent } from "./sealed-event.ts";
