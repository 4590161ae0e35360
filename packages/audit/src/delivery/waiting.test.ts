import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { untilAborted } from "../trail/until-aborted.ts";
import { nodeSystem } from "../system/node-system.ts";
import { late, unlessAborted, within } from "./waiting.ts";

const unhandled: unknown[] = [];
const keep = (reason: unknown): void => void unhandled.push(reason);
let others: NodeJS.UnhandledRejectionListener[] = [];

beforeEach(() => {
	others = process.listeners("unhandledRejection");
	process.removeAllListeners("unhandledRejection");
	process.on("unhandledRejection", keep);
	unhandled.length = 0;
});

afterEach(() => {
	process.removeAllListeners("unhandledRejection");
	for (const listener of others) process.on("unhandledRejection", listener);
});

const failing = (): Promise<never> => Promise.reject(new Error("the disk is gone"));
const aborted = AbortSignal.abort(new Error("no time left"));
const { timers } = nodeSystem();

describe("what fails when nobody waits any more ends no process:", () => {
	it.each([
		{ name: "unlessAborted", wait: () => unlessAborted(failing(), aborted) },
		{ name: "within", wait: () => within(timers, 1_000, failing(), aborted) },
		{ name: "untilAborted", wait: () => untilAborted(failing(), aborted).catch(() => late) },
	])("$name", async ({ wait }) => {
		expect(await wait()).toBe(late);
		await new Promise((resolve) => setTimeout(resolve, 10));
		expect(unhandled).toEqual([]);
	});
});
