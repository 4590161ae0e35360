import { isCallback, member } from "../hook/loose.ts";
import type { Companion, Fetch } from "./companion.ts";

const isFetch = (value: unknown): value is Fetch => isCallback(value);

/** Called at the time of the call: an application may replace the global one. */
const globalFetch: Fetch = (...args) => globalThis.fetch(...args);

/**
 * Watches what a client's HTTP transport fetches. Both SDK generations keep their `fetch` in `_fetch` and, for their OAuth
 * helpers, in `_fetchWithInit`; a transport that has not got both is left alone.
 */
export function hookFetch(transport: object, watch: Companion): void {
	const own = Object.getOwnPropertyDescriptor(transport, "_fetch");
	const ofHelpers = Object.getOwnPropertyDescriptor(transport, "_fetchWithInit");
	if (own?.writable !== true || ofHelpers?.writable !== true || !isFetch(ofHelpers.value)) return;
	const fetch: unknown = own.value;
	if (fetch !== undefined && !isFetch(fetch)) return;
	// With DPoP the SDK adds its proof inside: what is seen around it would be told wrongly.
	const isBound = member(member(transport, "_oauthProvider"), "dpop") !== undefined;
	if (!isBound) Reflect.set(transport, "_fetch", watch(fetch ?? globalFetch));
	Reflect.set(transport, "_fetchWithInit", watch(ofHelpers.value));
}
