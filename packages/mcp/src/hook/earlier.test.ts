import { expect, it } from "vitest";
import { earlierOf } from "./earlier.ts";

it("[complete.late] knows what was asked, and what it is asked, each once and as the SDK would match it", () => {
	const earlier = earlierOf({
		_responseHandlers: new Map([[7, undefined]]),
		_listenState: new Map([["listen-1", undefined]]),
		_requestHandlerAbortControllers: new Map<unknown, unknown>([
			["a", undefined],
			[{}, undefined],
		]),
	});
	expect(earlier.take(true, "7")).toBe(true);
	expect(earlier.take(true, 7)).toBe(false);
	expect(earlier.take(true, "listen-1")).toBe(true);
	expect(earlier.take(true, "a")).toBe(false);
	expect(earlier.take(false, 7)).toBe(false);
	expect(earlier.take(false, "a")).toBe(true);
	expect(earlier.take(true, null)).toBe(false);
	expect(earlierOf({ _responseHandlers: "odd" }).take(true, 0)).toBe(false);
});
