import { isCallback, member } from "../hook/loose.ts";
import type { Companion, Fetch } from "./companion.ts";
import { watchFetch } from "./watch-fetch.ts";
import { requestIdOf } from "./request-id.ts";
import type { Sending } from "./sending.ts";

const isFetch = (value: unknown): value is Fetch => isCallback(value);

/** Called at the time of the call: an application may replace the global one. */
const globalFetch: Fetch = (...args) => globalThis.fetch(...args);

/** True where nothing but its own requests is fetched for them: there is no auth provider, and no `fetch` of the host's. */
export const fetchesAlone = (transport: object): boolean =>
	Object.hasOwn(transport, "_fetch") &&
	["_fetch", "_authProvider", "_oauthProvider"].every(
		(key) => member(transport, key) === undefined,
	);

/**
 * Watches what a client's HTTP transport fetches. Both SDK generations keep their `fetch` in `_fetch` and, for their OAuth
 * helpers, in `_fetchWithInit`; a transport that has not got both is left alone. True if every fetch for a request's sake
 * is found by the id in its body: without an auth provider, or a `fetch` of the host's, nothing else is fetched for it.
 */
export function hookFetch(
	transport: object,
	companions: () => readonly Companion[],
	byId: (id: string | number) => Sending | undefined,
): boolean {
	const own = Object.getOwnPropertyDescriptor(transport, "_fetch");
	const ofHelpers = Object.getOwnPropertyDescriptor(transport, "_fetchWithInit");
	if (own?.writable !== true || ofHelpers?.writable !== true || !isFetch(ofHelpers.value))
		return false;
	const fetch: unknown = own.value;
	if (fetch !== undefined && !isFetch(fetch)) return false;
	const isAlone = fetchesAlone(transport);
	const find = (init: object): Sending | undefined => {
		const id = requestIdOf(member(init, "body"));
		return id === undefined ? undefined : byId(id);
	};
	// With DPoP the SDK adds its proof inside: what is seen around it would be told wrongly.
	const isBound = member(member(transport, "_oauthProvider"), "dpop") !== undefined;
	if (!isBound) {
		const from = { transport, ...(isAlone && { find }) };
		Reflect.set(transport, "_fetch", watchFetch(fetch ?? globalFetch, companions, from));
	}
	const watched = watchFetch(ofHelpers.value, companions, { transport });
	Reflect.set(transport, "_fetchWithInit", watched);
	return isAlone;
}
