import { cleanText } from "./clean-text.ts";
import { cleanUri } from "./clean-uri.ts";

/** A text is read this much further than it is kept: what is taken out makes room for what follows. */
const READ_FACTOR = 16;
const OPENERS = "\"'`(<[{";
const CLOSERS = "\"'`)>]}.,;:!";
/** At an authority: nothing is scanned twice. */
const USER_INFO = /(?<=[/\\][/\\])[^/\\]+@/gu;
/** `name:secret@host` without a scheme; an address for letters or calls has no secret. */
const BARE_USER_INFO = /^(?!(?:mailto|sips?|xmpp|acct):)[^/\\:@]+:[^/\\]*@/iu;
const DATA = /data:/iu;

/**
 * Makes a peer's text about an error a `text` of at most `maxCharacters` code points: addresses in it lose user
 * info, query and fragment, `data:` all but its media type, and the rest is cleaned as by `cleanText`. What a peer
 * says in words of its own stays. Returns `undefined` where nothing is left or the value is no string.
 *
 * @example
 * cleanMessage("Resource not found: file:///page?token=1", 512); // "Resource not found: file:///page"
 */
export function cleanMessage(value: unknown, maxCharacters: number): string | undefined {
	if (typeof value !== "string") return undefined;
	const most = maxCharacters * READ_FACTOR;
	// Of an address that was cut nobody can tell what is user info.
	const read = value.length <= most ? value : value.slice(0, lastBlank(value, most));
	return cleanText(read.replaceAll(/\S+/gu, shown), maxCharacters);
}

function lastBlank(text: string, from: number): number {
	let end = from;
	while (end > 0 && !/\s/u.test(text.charAt(end))) end--;
	return end;
}

/** A word as it may be kept. */
function shown(word: string): string {
	if (!/[?#@]|data:/iu.test(word)) return word;
	let start = 0;
	while (start < word.length && OPENERS.includes(word.charAt(start))) start++;
	const whole = word.slice(start);
	const kept = withoutData(withoutQuery(whole).replaceAll(USER_INFO, "")).replace(
		BARE_USER_INFO,
		"",
	);
	return word.slice(0, start) + kept;
}

function withoutQuery(text: string): string {
	const end = text.search(/[?#]/u);
	const rest = end === -1 ? "" : text.slice(end + 1);
	const tail = closing(rest);
	// "Which one?", "#12", "C#" are words.
	if (rest.length === tail.length || (end === 0 && !rest.includes("="))) return text;
	return text.slice(0, end) + tail;
}

function withoutData(text: string): string {
	const at = text.search(DATA);
	if (at === -1 || !text.includes(",", at)) return text;
	const uri = text.slice(at);
	return text.slice(0, at) + (cleanUri(uri, uri.length) ?? "") + closing(uri);
}

/** The quotes, brackets and stops at the end of a text. */
function closing(text: string): string {
	let end = text.length;
	while (end > 0 && CLOSERS.includes(text.charAt(end - 1))) end--;
	return text.slice(end);
}
