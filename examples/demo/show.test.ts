import { stripVTControlCharacters } from "node:util";
import type { StoredEvent } from "@mcp-trail/event";
import { afterEach, expect, it, vi } from "vitest";
import { showCalls } from "./show.ts";

afterEach(() => vi.restoreAllMocks());

it("[demo.rows] a row is no wider than 100 columns, and a failure says why on a line of its own", () => {
	const lines: string[] = [];
	vi.spyOn(console, "log").mockImplementation((text: unknown) => void lines.push(String(text)));
	const call = {
		type: "mcp.request",
		phase: "outcome",
		start_time: "2026-11-22T10:00:00.000000Z",
		time: "2026-11-22T10:00:59.000000Z",
		duration_us: 59_000_000,
		producer: { service: "desk" },
		mcp: { role: "client", method: "tools/call" },
		actor: { principal: { type: "anonymous" }, client: { name: "x".repeat(60) } },
		target: { kind: "tool", name: "y".repeat(60), server: { name: `mcp/${"z".repeat(60)}` } },
		outcome: { status: "cancelled", reason: "cancelled_by_caller", executed: "unknown" },
	};
	const later = {
		...call,
		start_time: "2026-11-22T10:00:59.000000Z",
		outcome: { status: "success", executed: "yes" },
	};
	showCalls([later, call] as unknown as readonly StoredEvent[]);
	const plain = lines.map((line) => stripVTControlCharacters(line));
	expect(plain).toHaveLength(4);
	expect(Math.max(...plain.map((line) => line.length))).toBeLessThanOrEqual(100);
	expect(plain[1]).toMatch(/^ 0\.00 s .* 59\.0 s {2}cancelled$/u);
	expect(plain[2]?.trim()).toBe("└ cancelled_by_caller, executed: unknown");
	expect(plain[3]).toMatch(/^59\.00 s .* success$/u);
});
