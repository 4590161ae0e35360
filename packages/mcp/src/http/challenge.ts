/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1). */
export interface Challenge {
	/** Lower case. */
	readonly scheme: string;
	/** By lower-case name; the first of equal names. */
	readonly parameters: ReadonlyMap<string, string>;
}

const MAX_LENGTH = 8192;
const MAX_CHALLENGES = 8;
const MAX_PARAMETERS = 16;
const SEPARATOR = /[\s,]*/y;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"(?:[^"\\]|\\[^])*"/y;

/** Reads challenges up to the first thing that is none; whatever a server sends, it ends in linear time. */
function parseChallenges(header: string): readonly Challenge[] {
	const text = header.slice(0, MAX_LENGTH);
	const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
	let at = 0;
	const take = (pattern: RegExp): string | undefined => {
		pattern.lastIndex = at;
		const found = pattern.exec(text)?.[0];
		if (found !== undefined) at += found.length;
		return found;
	};
	while (at < text.length) {
		take(SEPARATOR);
		const name = take(TOKEN)?.toLowerCase();
		if (name === undefined) break;
		const parameters = challenges.at(-1)?.parameters;
		if (take(EQUALS) === undefined) {
			if (challenges.length === MAX_CHALLENGES) break;
			challenges.push({ scheme: name, parameters: new Map() });
			continue;
		}
		const quoted = take(QUOTED);
		const value = quoted === undefined ? take(TOKEN) : unquoted(quoted);
		if (value === undefined || parameters === undefined) break;
		if (parameters.size < MAX_PARAMETERS && !parameters.has(name)) parameters.set(name, value);
	}
	return challenges;
}

function unquoted(quoted: string): string {
	return quoted.slice(1, -1).replaceAll(/\\([^])/g, "$1");
}

/** The challenge that a token answers, else the first. */
export function tokenChallenge(header: string | undefined): Challenge | undefined {
	if (header === undefined) return undefined;
	const challenges = parseChallenges(header);
	return challenges.find(({ scheme }) => scheme === "bearer" || scheme === "dpop") ?? challenges[0];
}
