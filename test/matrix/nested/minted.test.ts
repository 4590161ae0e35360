import { describe, expect, it } from "vitest";
import { asking, eventOf, playNested } from "./nested.ts";

describe.each(asking)(
	"%s: a tool that asks its client for a sample, no span SDK anywhere",
	(sdk) => {
		it("[complete.nested_minted] joins the events of both processes by minted ids", async () => {
			const { client, server } = await playNested(sdk, undefined);
			expect([...client.invalid, ...server.invalid]).toEqual([]);
			const chain = [
				eventOf(client, "tools/call"),
				eventOf(server, "tools/call"),
				eventOf(server, "sampling/createMessage"),
				eventOf(client, "sampling/createMessage"),
			].map((event) => event.trace);
			expect(chain.map((trace) => trace?.parent_span_id)).toEqual([
				undefined,
				...chain.slice(0, -1).map((trace) => trace?.span_id),
			]);
			expect(new Set(chain.map((trace) => trace?.id)).size).toBe(1);
			expect(chain.map((trace) => trace?.flags)).toEqual([0, 0, 0, 0]);
		});
	},
);
