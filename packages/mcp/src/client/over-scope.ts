import type { AuthorizationDetail, NewEvent } from "@mcp-trail/event";
import { boundedTable } from "../correlation/bounded-table.ts";
import { shortKey } from "../short-key.ts";

/** Lists of scopes are cut there: what lies beyond is not known. */
const MAX_SCOPES = 64;

/** The scopes that a token was granted beyond those that were asked for; of a question without scopes none. */
function beyondAsked({
	scopes_requested: asked,
	scopes_granted: granted,
}: AuthorizationDetail): readonly string[] {
	if (asked === undefined || granted === undefined || asked.length >= MAX_SCOPES) return [];
	return granted.filter((scope) => !asked.includes(scope));
}

/** Tells of a token that may do more than was asked for: true the first time in an hour of the same client and scopes. */
export function overScopes(nowMs: () => number = Date.now): (event: NewEvent) => boolean {
	const told = boundedTable<true>({ maxEntries: 1000, ttlMs: 60 * 60 * 1000, nowMs });
	return ({ actor, authorization, network }) => {
		const beyond = authorization === undefined ? [] : beyondAsked(authorization);
		if (beyond.length === 0) return false;
		const { issuer, resource } = authorization ?? {};
		const { server_address, server_port } = network ?? {};
		const of = [issuer, resource, server_address, server_port, actor?.auth?.client_id, beyond];
		const key = shortKey(JSON.stringify(of));
		if (told.get(key)) return false;
		told.set(key, true);
		return true;
	};
}
