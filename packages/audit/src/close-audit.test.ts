import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { openAudit } from "./open-audit.ts";
import type { OpenTrail } from "./trail.ts";
import { fileTrail } from "./trail/file-trail.ts";
import { memoryTrail } from "./trail/memory-trail.ts";

it("closes the sinks of an audit whose trail could not be opened", async () => {
	let closed = 0;
	const audit = openAudit({
		service: "tickets",
		trail: () => Promise.reject(new Error("no such disk")),
		sinks: [
			{
				name: "connected",
				delivery: "at_least_once",
				ordered: true,
				write: () => Promise.resolve(),
				async close() {
					closed += 1;
				},
			},
		],
		onError: () => {},
	});
	const report = await audit.close();
	expect(report.clean).toBe(false);
	expect(closed).toBe(1);
});

it("[bounded.close] ends the trail cleanly though a sink hangs until the deadline", async () => {
	const dir = mkdtempSync(join(tmpdir(), "close-"));
	const errors: string[] = [];
	const aborted: boolean[] = [];
	const audit = openAudit({
		service: "tickets",
		trail: fileTrail({ dir }),
		sinks: [
			{
				name: "stuck",
				delivery: "at_least_once",
				ordered: true,
				limits: { lingerMs: 0 },
				write: () => new Promise(() => {}),
				async close(signal) {
					aborted.push(signal.aborted);
				},
			},
		],
		closeTimeoutMs: 2_000,
		onError: ({ message }) => void errors.push(message),
	});
	await audit.ready;
	const report = await audit.close();
	const files = readdirSync(dir, { recursive: true }).map((name) => basename(String(name)));
	rmSync(dir, { recursive: true });
	expect(files).toContain("ended.json");
	expect(aborted).toEqual([false]);
	expect(errors).toEqual(["draining sink stuck: not done by the deadline"]);
	expect(report).toMatchObject({ clean: false, undelivered: { stuck: 2 } });
});

/** Loses something at the last moment, and has a reader that cannot be opened. */
const lossy: OpenTrail = async (context) => {
	const inner = await memoryTrail()(context);
	const nowMs = context.system.clock.nowMs();
	return {
		...inner,
		reader: (name, from) =>
			name === "closed" ? Promise.reject(new Error("damaged")) : inner.reader(name, from),
		async close(signal) {
			inner.lost({ events: 2, actingEvents: 0, cause: "other", sinceMs: nowMs, untilMs: nowMs });
			await inner.close(signal);
		},
	};
};

it("counts what it writes last, and reports all as undelivered where a cursor could not be opened", async () => {
	const sink = { delivery: "at_least_once", ordered: true, write: async () => {} } as const;
	const audit = openAudit({
		service: "tickets",
		trail: lossy,
		sinks: [
			{ ...sink, name: "open" },
			{ ...sink, name: "closed" },
		],
		onError: () => {},
	});
	await audit.ready;
	const report = await audit.close();
	// trail.started, trail.stopped and the trail.lost of the last moment, which no sink takes any more.
	expect(report.head?.sequence).toBe(3);
	expect(report.undelivered).toEqual({ open: 1, closed: 3 });
});

it("ends a flush that still waits for a sink that is down", async () => {
	const audit = openAudit({
		service: "tickets",
		sinks: [
			{
				name: "down",
				delivery: "at_least_once",
				ordered: true,
				write: () => Promise.reject(new Error("down")),
			},
		],
		onError: () => {},
	});
	await audit.ready;
	const flushing = audit.flush(new AbortController().signal).catch((error: unknown) => error);
	await new Promise((resolve) => setTimeout(resolve, 50));
	await audit.close();
	expect(await flushing).toMatchObject({ code: "closed" });
});
