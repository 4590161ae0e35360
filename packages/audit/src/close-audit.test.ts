import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { openAudit } from "./open-audit.ts";
import { fileTrail } from "./trail/file-trail.ts";

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
		closeTimeoutMs: 50,
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
