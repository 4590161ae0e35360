import { cleanText } from "./clean-text.ts";
import { patterns } from "./patterns.ts";

/** What makes a URI need more than cleaning: user info, query, fragment, blanks, a `data:` scheme. */
const SUSPECT = /[?#@\\\t\n\r]|^[^!-~]|^data:/i;
const PRIVATE = new RegExp(patterns.uriPrivate, "u");
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const MEDIA_TYPE = /^data:([a-z0-9][a-z0-9!$&^_.+-]*\/[a-z0-9][a-z0-9!$&^_.+-]*)/i;
/** Schemes that name an address; with any other one `name:secret@host` is user info. */
const ADDRESS_SCHEMES: ReadonlySet<string> = new Set([
	"mailto:",
	"sip:",
	"sips:",
	"xmpp:",
	"acct:",
]);

/**
 * Makes any value a `uri` of at most `maxCharacters` code points: without user info, query and
 * fragment, of `data:` only the media type, cleaned as by `cleanText`. What is no URI at all is
 * treated alike. Returns `undefined` where nothing is left or the value is no string.
 *
 * @example
 * cleanUri("https://ann:pw@example.com/a?token=1#b", 1024); // "https://example.com/a"
 */
export function cleanUri(value: unknown, maxCharacters: number): string | undefined {
	let uri = typeof value === "string" ? value : "";
	// What was taken away may have hidden more: only what a second look leaves alone is clean.
	for (let round = 0; round < 8; round++) {
		const clean = SUSPECT.test(uri) ? bare(uri, maxCharacters) : cleanText(uri, maxCharacters);
		if (clean === undefined || clean === uri) return clean;
		uri = clean;
	}
	return undefined;
}

function bare(uri: string, maxCharacters: number): string | undefined {
	// URL parsers skip tabs and line ends anywhere and blanks at the start, so they must not hide a part.
	const read = uri.replaceAll(/[\t\n\r]/g, "").replace(/^[^!-\u{10ffff}]+/u, "");
	const end = read.search(/[?#]/);
	const head = end === -1 ? read : read.slice(0, end);
	if (/^data:/i.test(head)) return cleanText(mediaTypeOnly(head), maxCharacters);
	const open = withoutUserInfo(head);
	return cleanText(end === -1 ? open : withoutOddPort(open), maxCharacters);
}

function mediaTypeOnly(uri: string): string {
	return `data:${MEDIA_TYPE.exec(uri)?.[1] ?? ""}`;
}

/** Drops what stands before an `@` in the first part or in the authority. */
function withoutUserInfo(uri: string): string {
	let rest = uri;
	// Each round takes away the first `@` that still counts; after a few the rest is dropped.
	for (let round = 0; round < 8 && PRIVATE.test(rest); round++) {
		const start = rest.search(/[/\\]/);
		const first = start === -1 ? rest : rest.slice(0, start);
		if (first.includes("@")) {
			const named = SCHEME.exec(first)?.[0] ?? "";
			const at = first.lastIndexOf("@");
			const kept = named.length === first.indexOf("@") || ADDRESS_SCHEMES.has(named.toLowerCase());
			rest = (kept ? named : "") + rest.slice(at + 1);
			continue;
		}
		const slashes = /^[^/\\]*[/\\]+/.exec(rest)?.[0] ?? "";
		const authority = /^[^/\\]*/.exec(rest.slice(slashes.length))?.[0] ?? "";
		rest = slashes + rest.slice(slashes.length + authority.lastIndexOf("@") + 1);
	}
	return PRIVATE.test(rest) ? (SCHEME.exec(rest)?.[0] ?? "") : rest;
}

/** `https://ann:p?w@host` is cut at the `?`; what looks like a port is then half a password. */
function withoutOddPort(uri: string): string {
	return uri.replace(
		/^([^/\\]*[/\\]+[^/\\]*):([^/\\:\]]*)/,
		(whole, before: string, port: string) => (/^[0-9]*$/.test(port) ? whole : before),
	);
}
