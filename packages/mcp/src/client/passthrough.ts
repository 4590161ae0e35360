import type { Audit } from "@mcp-trail/audit";

/** Tells a token that a caller sent here from one that this process was given for itself. */
export interface Passthrough {
	/** A request came in with this token. */
	received(tokenDigest: string): void;
	/** True where this token, which a caller sent here, leaves for a place it has not been seen to leave for. */
	sent(tokenDigest: string, origin: string): boolean;
}

const MAX_TOKENS = 4096;
const TTL_MS = 60 * 60 * 1000;

interface Known {
	readonly isReceived: boolean;
	readonly origins: Set<string>;
	untilMs: number;
}

function passthrough(): Passthrough {
	const tokens = new Map<string, Known>();
	const find = (digest: string, isReceived: boolean): Known => {
		const nowMs = Date.now();
		const known = tokens.get(digest);
		if (known !== undefined && known.untilMs > nowMs) {
			known.untilMs = nowMs + TTL_MS;
			return known;
		}
		const first: Known = { isReceived, origins: new Set(), untilMs: nowMs + TTL_MS };
		tokens.delete(digest);
		tokens.set(digest, first);
		const oldest = tokens.size > MAX_TOKENS ? tokens.keys().next().value : undefined;
		if (oldest !== undefined) tokens.delete(oldest);
		return first;
	};
	return {
		received: (digest) => void find(digest, true),
		sent(digest, origin) {
			// What left first was this process's own: it may well come back, to a server of the same process.
			const { isReceived, origins } = find(digest, false);
			if (!isReceived || origins.has(origin) || origins.size >= 64) return false;
			origins.add(origin);
			return true;
		},
	};
}

const ofAudits = new WeakMap<Audit, Passthrough>();

/** One memory for all servers and clients of an audit; it holds keyed digests, the oldest go first. */
export function passthroughOf(audit: Audit): Passthrough {
	const known = ofAudits.get(audit);
	if (known !== undefined) return known;
	const made = passthrough();
	ofAudits.set(audit, made);
	return made;
}
