import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import { withoutCompilerNoise } from "../../test/compiler-noise.ts";

const SOURCE = ["--conditions=@mcp-trail/source", "--import", "tsx"];

describe("the smallest examples", () => {
	it.each(["server-v1.ts", "server-v2.ts"])(
		"[docs.examples] client and %s each record the call once and close cleanly",
		(server) => {
			const dir = join(mkdtempSync(join(tmpdir(), "mcp-trail-minimal-")), "trail");
			const { status, stdout, stderr } = spawnSync(
				process.execPath,
				[...SOURCE, join(import.meta.dirname, "client.ts"), server, dir],
				{ encoding: "utf8" },
			);
			expect(withoutCompilerNoise(stderr)).toBe("");
			expect(status).toBe(0);
			expect(stdout).toContain("Sunny in Zürich");
			expect(stdout).toContain("lost 0");
			const events = readdirSync(dir, { recursive: true, encoding: "utf8" })
				.filter((name) => name.endsWith(".ndjson"))
				.flatMap((name) => readFileSync(join(dir, name), "utf8").trim().split("\n"))
				.map((line) => JSON.parse(line) as StoredEvent);
			const calls = events.filter((event) => event.mcp?.method === "tools/call");
			const outcomes = calls.map((event) => `${event.mcp?.role}: ${event.outcome?.status}`);
			expect(new Set(outcomes)).toEqual(new Set(["client: success", "server: success"]));
			expect(calls).toHaveLength(2);
			expect(events.filter((event) => event.type === "trail.stopped")).toHaveLength(2);
		},
	);
	it.each(["server-v1.ts", "server-v2.ts", "client.ts"])(
		"[docs.examples] %s is under 40 lines",
		(file) => {
			expect(readFileSync(join(import.meta.dirname, file), "utf8").split("\n").length).toBeLessThan(
				40,
			);
		},
	);
});
