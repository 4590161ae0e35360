import * as api from "@opentelemetry/api";

/** Whose baggage passes between an application and its peers: none, these keys, or all. */
export type BaggageKeys = boolean | readonly string[];

/** The entries that may pass; undefined where there are none. */
function passing(baggage: api.Baggage | undefined, keys: BaggageKeys): api.Baggage | undefined {
	if (keys === true || baggage === undefined) return baggage;
	if (keys === false) return undefined;
	const kept = baggage.getAllEntries().filter(([key]) => keys.includes(key));
	return kept.length === 0 ? undefined : api.propagation.createBaggage(Object.fromEntries(kept));
}

/** A context that goes to a peer, without the baggage that stays here. */
export function sentBaggage(context: api.Context, keys: BaggageKeys): api.Context {
	const own = api.propagation.getBaggage(context);
	if (own === undefined || keys === true) return context;
	const sent = passing(own, keys);
	return sent === undefined
		? api.propagation.deleteBaggage(context)
		: api.propagation.setBaggage(context, sent);
}

/** A context that came from a peer over `base`: of its baggage only what may pass, in front of what was there. */
export function receivedBaggage(
	base: api.Context,
	received: api.Context,
	keys: BaggageKeys,
): api.Context {
	const own = api.propagation.getBaggage(base);
	const theirs = api.propagation.getBaggage(received);
	if (theirs === own || keys === true) return received;
	let kept = own;
	for (const [key, entry] of passing(theirs, keys)?.getAllEntries() ?? [])
		kept = (kept ?? api.propagation.createBaggage()).setEntry(key, entry);
	return kept === undefined
		? api.propagation.deleteBaggage(received)
		: api.propagation.setBaggage(received, kept);
}
