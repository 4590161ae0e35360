import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fileTrail } from "@mcp-trail/audit";
import type { StoredEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import { compiled } from "../compiled.ts";
import { contextOf, drain, inFolder, restarted, verifyFolder } from "./support.ts";

const writer = compiled(fileURLToPath(new URL("exit-writer.ts", import.meta.url)));

/** Runs a process that records and calls `process.exit(7)` with `closeSync` as its last listener. */
function leave(dir: string, ...args: readonly (string | number)[]): void {
	const { status, stderr } = spawnSync(process.execPath, [writer(), dir, ...args.map(String)], {
		encoding: "utf8",
	});
	expect({ status, stderr }).toEqual({ status: 7, stderr: "" });
}

/** What the next process finds in the folder. */
async function left(dir: string): Promise<readonly StoredEvent[]> {
	const context = contextOf(restarted());
	const trail = await fileTrail({ dir })(context);
	const reader = await trail.reader("judge");
	const reading = drain(reader);
	await trail.close();
	const events = (await reading).map(({ event }) => event);
	await reader.close();
	expect(context.errors).toEqual([]);
	return events;
}

const numbers = (events: readonly StoredEvent[]): readonly unknown[] =>
	events.filter(({ type }) => type === "mcp.request").map(({ request }) => request?.bytes);

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

describe("a process that calls process.exit()", () => {
	it.each([
		["before_open", "disk", 3],
		["before_open", "os", 0],
		["at_once", "disk", 3_000],
		["at_once", "os", 1],
		["after_a_turn", "disk", 3_000],
		["while_closing", "disk", 500],
		["after_close", "disk", 500],
	])(
		"[durable.exit] loses nothing and ends its stream: %s, %s, %i events",
		(when, durability, count) =>
			inFolder(async (home) => {
				const dir = `${home}/trail`;
				leave(dir, when, durability, count);
				const { faults, streams } = await verifyFolder(dir);
				expect({ faults, streams: streams.length }).toEqual({ faults: [], streams: 1 });
				const events = await left(dir);
				expect(numbers(events)).toEqual(upTo(count));
				const types = events.map(({ type }) => type).filter((type) => type !== "mcp.request");
				expect(types.slice(0, 2)).toEqual(["trail.started", "trail.stopped"]);
				const ends = events.flatMap(({ recovery }) => recovery ?? []);
				expect(ends.map(({ clean_end }) => clean_end)).toEqual([true]);
			}),
	);

	it("[durable.exit] keeps what waits beyond the limit, too: the next process makes room", () =>
		inFolder(async (home) => {
			const dir = `${home}/trail`;
			leave(dir, "at_limit", "disk", 500);
			expect((await verifyFolder(dir)).faults).toEqual([]);
			expect(numbers(await left(dir))).toEqual(upTo(500));
		}));

	it("[durable.exit] loses nothing wherever in a write it ends", () =>
		inFolder(async (home) => {
			for (const [round, waitMs] of [0, 1, 2, 4, 8, 12, 20].entries()) {
				const dir = `${home}/trail-${round}`;
				leave(dir, "while_writing", "disk", 2_500, waitMs);
				expect((await verifyFolder(dir)).faults).toEqual([]);
				const events = await left(dir);
				expect(numbers(events)).toEqual(upTo(2_600));
				const ends = events.flatMap(({ recovery }) => recovery ?? []);
				expect(ends.map(({ clean_end }) => clean_end)).toEqual([true]);
			}
		}));
});
