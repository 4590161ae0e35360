import type { Audit } from "@mcp-trail/audit";

/** Which of the tokens that clients send follow one another: all of a line speak for the same principal. */
export interface TokenLines {
	/** The line of a token, by the token's digest; of one that follows no other, the digest itself. */
	of(token: string): string;
	/** Notes that a token goes on where a line stands; the first word on a token counts. */
	follows(token: string, line: string): void;
}

const MAX_TOKENS = 4096;

const ofAudits = new WeakMap<Audit, TokenLines>();

/** The lines of an audit; beyond their limit the token used longest ago is forgotten. */
export function tokenLinesOf(audit: Audit): TokenLines {
	const known = ofAudits.get(audit);
	if (known !== undefined) return known;
	const lines = new Map<string, string>();
	const keep = (token: string, line: string): void => {
		lines.delete(token);
		lines.set(token, line);
		const [oldest] = lines.size > MAX_TOKENS ? lines.keys() : [];
		if (oldest !== undefined) lines.delete(oldest);
	};
	const made: TokenLines = {
		of(token) {
			const line = lines.get(token);
			if (line === undefined) return token;
			keep(token, line);
			return line;
		},
		follows(token, line) {
			if (token !== line && !lines.has(token)) keep(token, line);
		},
	};
	ofAudits.set(audit, made);
	return made;
}

/** The tokens that one transport has sent, the last of them. */
export type Sent = Set<string>;

const MAX_SENT = 8;

/** Notes what a transport sends. */
export function noteSent(sent: Sent, token: string): void {
	sent.delete(token);
	sent.add(token);
	const [oldest] = sent.size > MAX_SENT ? sent : [];
	if (oldest !== undefined) sent.delete(oldest);
}

/** The line of all that a transport sends; undefined where it has sent none, or sends for several principals. */
export function lineOfAll(sent: Sent, lines: TokenLines): string | undefined {
	const all = new Set([...sent].map((token) => lines.of(token)));
	return all.size === 1 ? all.values().next().value : undefined;
}
