/**
 * Regular expressions of the format, as source text. They use only what ECMA-262 (with the `u`
 * flag), RE2, Java and Python share: anchors, groups, counted repetition and character classes of
 * literal characters.
 */

/** The inside of a character class: every character a `text` may hold. */
const TEXT_CHARACTERS =
	" -~\u{a0}-\u{ac}\u{ae}-\u{61b}\u{61d}-\u{180d}\u{180f}-\u{200a}\u{2010}-\u{2027}" +
	"\u{202f}-\u{205f}\u{2070}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{ffff}" +
	"\u{10000}-\u{dffff}\u{e0080}-\u{10ffff}";

const UUID_TAIL = "[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const KEY_ID = "[a-z0-9][a-z0-9._-]{0,31}";

/** Patterns of the kinds of docs/event.md, by name; compile them with the `u` flag. */
export const patterns = {
	/** Visible text: no control, bidirectional, zero-width, line-separator, soft-hyphen, BOM or tag character. */
	text: `^[${TEXT_CHARACTERS}]*$`,
	/** Visible text without `?` and `#`. What else a `uri` may not hold is `uriPrivate`. */
	uri: `^[${TEXT_CHARACTERS.replace(" -~", ' -"$->@-~')}]*$`,
	/** What a `uri` must not match: user info in the authority, or the data of a `data:` URI. */
	uriPrivate: "^([^/\\\\@]*(@|[/\\\\]+[^/\\\\@]*@)|[Dd][Aa][Tt][Aa]:[^,]*,)",
	/** Machine vocabulary. */
	word: "^[a-z][a-z0-9_]{0,63}$",
	/** A lower-case UUID of any version. */
	id: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
	/** A lower-case UUIDv7 (RFC 9562). */
	id7: `^[0-9a-f]{8}-[0-9a-f]{4}-7${UUID_TAIL}$`,
	/** RFC 3339 UTC with exactly three decimals. */
	time:
		"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" +
		"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{3}Z$",
	/** SHA-256 of something public. */
	digest: "^sha256:[0-9a-f]{64}$",
	/** HMAC-SHA-256 of something private, with the name of the key. */
	keyed: `^hmac-sha256:${KEY_ID}:[0-9a-f]{64}$`,
	/** The name of a digest key. */
	keyId: `^${KEY_ID}$`,
	/** The name of a sink. */
	sinkName: "^[a-z][a-z0-9_-]{0,31}$",
	/** The key of a label. */
	labelKey: "^[a-z][a-z0-9_.]{0,63}$",
	/** An application's own event type: `ext.<reversed domain>.<word>`. */
	extType: "^ext([.][a-z0-9][a-z0-9-]{0,62}){1,8}[.][a-z][a-z0-9_]{0,63}$",
	/** A type as an open reader takes it: dotted lower-case words. */
	anyType: "^[a-z][a-z0-9_-]*([.][a-z0-9][a-z0-9_-]*)+$",
	/** A schema version of this major. */
	anyMinor: "^1[.](0|[1-9][0-9]{0,3})$",
	/** W3C trace id. */
	traceId: "^[0-9a-f]{32}$",
	/** W3C span id. */
	spanId: "^[0-9a-f]{16}$",
	/** RFC 7638 or RFC 8705 thumbprint: 43 base64url characters. */
	thumbprint: "^[A-Za-z0-9_-]{43}$",
} as const;
