import { hostname, userInfo } from "node:os";
import type { Identify, Identity } from "./identity.ts";

let known: Identity | undefined;

/** Read once: a process keeps its user. */
function thisUser(): Identity {
	if (known === undefined) {
		const { username } = userInfo();
		known = { type: "user", id: username, issuer: hostname(), source: "operating_system" };
	}
	return known;
}

/**
 * Names the user this process runs as, over stdio alone: who starts a server over a pipe is as a rule who it runs as. As
 * no credential was checked, the events say `asserted`. Over other transports it names nobody.
 *
 * @example
 * const trail = instrumentation({ identify: operatingSystemUser });
 */
export const operatingSystemUser: Identify = ({ transport }) =>
	transport === "stdio" ? thisUser() : undefined;
