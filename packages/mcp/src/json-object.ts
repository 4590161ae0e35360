/** JSON as a peer sends it; nothing about it is trusted. */
export type JsonObject = { readonly [key: string]: unknown };

/** Members to add to an outbound request's `params._meta`; the caller's own keys win. */
export type Meta = Readonly<Record<string, unknown>>;
