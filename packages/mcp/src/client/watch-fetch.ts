import { types } from "node:util";
import { isCallback, member } from "../hook/loose.ts";
import type { Companion, Fetch, FetchedFrom, Watched } from "./companion.ts";

const isResponse = (value: unknown): value is Response =>
	typeof member(value, "status") === "number" &&
	isCallback(member(member(value, "headers"), "get"));

/** Called on true promises only: a lazy thenable would start its work a second time. */
const then = Reflect.get(Promise.prototype, "then");

/** Watches a `fetch` for all audits at once: each is told every call, and its end. */
export function watchFetch<F extends Fetch>(
	fetch: F,
	companions: () => readonly Companion[],
	from: FetchedFrom,
): F {
	return new Proxy(fetch, {
		apply(target, self, args: readonly unknown[]) {
			const watching: Watched[] = [];
			for (const companion of companions()) {
				const watched = companion(args, from);
				if (watched) watching.push(watched);
			}
			const answer: unknown = Reflect.apply(target, self, args);
			if (watching.length === 0 || !types.isPromise(answer)) return answer;
			// The host gets what follows on it: a failure that nobody handles stays one.
			return then.call(
				answer,
				(response: unknown) => {
					if (isResponse(response)) for (const watched of watching) watched.answered(response);
					return response;
				},
				(error: unknown) => {
					for (const watched of watching) watched.failed(error);
					throw error;
				},
			);
		},
	});
}
