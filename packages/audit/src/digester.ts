/** What a keyed digest is of; equal values of different kinds never have the same digest. */
export type DigestKind =
	| "arguments"
	| "result"
	| "uri"
	| "session"
	| "task"
	| "state"
	| "token"
	| "assertion"
	| "principal"
	| "command"
	| "text";

/** The one object that holds the digest key (docs/stored-form.md). */
export interface Digester {
	/** Name of the current key, `^[a-z0-9][a-z0-9._-]{0,31}$`. */
	readonly keyId: string;
	/** True: the key is random for the life of the process. */
	readonly ephemeral: boolean;
	/** `hmac-sha256:<key id>:<64 hex>` of UTF-8 text or bytes. */
	digest(kind: DigestKind, value: string | Uint8Array): string;
}
