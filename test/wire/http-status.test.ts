import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { tick, until } from "../mcp/support.ts";
import { places } from "./http-place-names.ts";
import { type Place, place } from "./http-places.ts";
import { ofCallers } from "./http-callers.ts";
import { ofFrames } from "./http-frames.ts";

let open: Place | undefined;
afterEach(async () => {
	await open?.close();
	open = undefined;
});

describe.each(places)("%s", (name) => {
	const here = [...ofFrames, ...ofCallers].flatMap((one) => {
		const expected = one.expected[name];
		return expected ? [[one.id, one.says, one, expected] as const] : [];
	});
	it.each(here)("[%s] %s", async (_id, _says, { ask }, { status, events }) => {
		const { body, headers, method, twice, hangsUp, ...options } = ask(name);
		const stop = new AbortController();
		let entered = false;
		const gone = new AbortController();
		const at = await place(name, options, () => {
			entered = true;
			return once(gone.signal, "abort");
		});
		open = at;
		if (twice) await at.send(body, headers, method);
		const answering = at.send(body, headers, method, stop.signal);
		const whole = async (): Promise<number> => {
			const answer = await answering;
			// The head of a stream may come before its reader hangs up.
			if (hangsUp) await answer.text();
			return answer.status;
		};
		const answer = whole().catch(() => 0);
		if (hangsUp) {
			await until(() => entered, "the tool");
			stop.abort();
		}
		expect(await answer).toBe(status);
		await tick(hangsUp ? 20 : 0);
		gone.abort();
		await until(() => at.audit.events.length >= events.length, "the events");
		await tick(5);
		at.flush();
		expect(at.audit.events).toMatchObject(events);
		expect(at.audit.events.map(({ count = 1 }) => count)).toEqual(events.map(() => 1));
		expect(at.warnings).toEqual([]);
	});
});
