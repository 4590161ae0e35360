import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Companion, Fetch } from "./companion.ts";
import { hookFetch } from "./hook-fetch.ts";
import { isSelfTelling, sentWith, tellsItself, whileSending, type Sending } from "./sending.ts";

const fetches: Fetch = () => Promise.resolve(new Response());
const sending = (): Sending => ({
	body: undefined,
	exchange: { connection: {} as never, trace: undefined },
	gone: false,
});

/** Hooks a transport with these members; gives what a fetch with this body is taken to be for. */
function hooked(members: object, byId: (id: string | number) => Sending | undefined) {
	const found: (Sending | undefined)[] = [];
	const watch: Companion = (args, { find }) => {
		found.push(sentWith(args[1], find));
		return undefined;
	};
	const transport = { _fetch: undefined, _fetchWithInit: fetches, ...members };
	const isAlone = hookFetch(transport, () => [watch], byId);
	const post = (body: string): Sending | undefined => {
		const fetch: unknown = Reflect.get(transport, "_fetch");
		if (typeof fetch === "function") Reflect.apply(fetch, undefined, ["/", { body }]);
		return found.at(-1);
	};
	return { isAlone, post };
}

const body = '{"method":"tools/call","params":{},"jsonrpc":"2.0","id":7}';

beforeEach(() => void vi.stubGlobal("fetch", fetches));
afterEach(() => void vi.unstubAllGlobals());

describe("hookFetch", () => {
	it("[complete.step_up] finds the request of a fetch by its body, where nothing else is fetched for it", () => {
		const one = sending();
		const { isAlone, post } = hooked({}, (id) => (id === 7 ? one : undefined));
		expect(isAlone).toBe(true);
		expect(post(body)).toBe(one);
		expect(post(body.replace("7", "8"))).toBeUndefined();
	});

	it("[complete.step_up] asks the context where an auth provider, or a fetch of the host's, may fetch more", () => {
		for (const members of [{ _authProvider: {} }, { _oauthProvider: {} }, { _fetch: fetches }]) {
			const { isAlone, post } = hooked(members, sending);
			expect(isAlone).toBe(false);
			const one = sending();
			expect(whileSending(one, () => post(body))).toBe(one);
			expect(post(body)).toBeUndefined();
		}
	});

	it("[complete.step_up] tells a watch inside another the same, and nothing of a request that has ended", () => {
		const one = { ...sending(), gone: false };
		const init = { body };
		expect(sentWith(init, () => one)).toBe(one);
		expect(sentWith(init, undefined)).toBe(one);
		one.gone = true;
		expect(sentWith(init, undefined)).toBeUndefined();
	});
});

describe("tellsItself", () => {
	it("[complete.step_up] is noted of one connection alone", () => {
		const [one, other] = [{}, {}].map((connection) => connection as never);
		tellsItself(one as never);
		expect(isSelfTelling(one as never)).toBe(true);
		expect(isSelfTelling(other as never)).toBe(false);
	});
});
