import { readdirSync, readFileSync } from "node:fs";
import { checkSink, type SinkFaultKind } from "@mcp-trail/audit/testing";
import type { AuditEvent } from "@mcp-trail/event";
import { seal } from "@mcp-trail/integrity";
import { describe, expect, it, vi } from "vitest";
import { consoleSink, type ConsoleStream } from "./console.ts";

const folder = new URL("../../../schemas/event/1.0/valid/", import.meta.url);
const examples = readdirSync(folder)
	.filter((file) => file.endsWith(".json"))
	.map((file): [string, AuditEvent] => [
		file,
		JSON.parse(readFileSync(new URL(file, folder), "utf8")),
	]);
const streamId = "7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e10";
const sealed = (event: AuditEvent) => seal(event, { streamId, sequence: 1 });
const { signal } = new AbortController();

const finish = (_: unknown, done: unknown) => {
	if (typeof done === "function") done();
	return true;
};

function capture() {
	let text = "";
	const write = (chunk: string, done: (error?: Error | null) => void) => {
		text += chunk;
		done();
	};
	return { stream: { write }, text: () => text };
}

describe("a console sink", () => {
	it.each(examples)(
		"writes one line of %s, without anything that steers a terminal",
		async (_, event) => {
			for (const format of ["readable", "ndjson"] as const) {
				const out = capture();
				await consoleSink({ format, stream: out.stream }).write([sealed(event)], signal);
				expect(out.text()).toMatch(/^[^\p{Cc}\u202a-\u202e]+\n$/u);
				expect(out.text()).toContain(event.type);
			}
		},
	);

	it("says what a person wants to know", async () => {
		const out = capture();
		const [, event] = examples.find(([file]) => file === "mcp.request.json") ?? [];
		if (!event) throw new Error("no example");
		await consoleSink({ stream: out.stream }).write([sealed(event)], signal);
		expect(out.text()).toBe(
			`${event.time} mcp.request success tools/call create_ticket 00u1f8mz4k 41.9ms #1\n`,
		);
	});

	it("[private.console_escaped] shows what would hide in a terminal, and NDJSON stays the same JSON", async () => {
		const [, example] = examples.find(([file]) => file === "mcp.request.json") ?? [];
		if (!example?.target) throw new Error("no example");
		const name = "a\u001b[31m\u202eb\u200bc\u{e0041}\u009bd";
		const event = { ...example, target: { ...example.target, name } };
		const write = async (format: "readable" | "ndjson") => {
			const out = capture();
			await consoleSink({ format, stream: out.stream }).write([sealed(event)], signal);
			return out.text().trimEnd();
		};
		const [readable, ndjson] = [await write("readable"), await write("ndjson")];
		for (const line of [readable, ndjson]) {
			expect(line).not.toMatch(/[\p{Cc}\u202e\u200b\u{e0041}]/u);
		}
		expect(readable).toContain(String.raw`a\u{1b}[31m\u{202e}b\u{200b}c\u{e0041}\u{9b}d`);
		expect(JSON.parse(ndjson).target.name).toBe(name);
	});

	it("[transparent.no_stdout] writes to standard error by default, never to standard output", async () => {
		const stdout = vi.spyOn(process.stdout, "write");
		const stderr = vi.spyOn(process.stderr, "write").mockImplementation(finish);
		const [, event] = examples[0] ?? [];
		if (!event) throw new Error("no example");
		await consoleSink().write([sealed(event)], signal);
		expect(stderr).toHaveBeenCalledTimes(1);
		expect(stdout).not.toHaveBeenCalled();
		vi.restoreAllMocks();
	});

	it("rejects when the stream fails, and when it is called off while the terminal stands still", async () => {
		const [, event] = examples[0] ?? [];
		if (!event) throw new Error("no example");
		const broken = consoleSink({
			stream: {
				write: (_, done) => {
					done(new Error("EPIPE"));
				},
			},
		});
		await expect(broken.write([sealed(event)], signal)).rejects.toThrow("EPIPE");
		const stopped = consoleSink({ stream: { write: () => undefined } });
		await expect(stopped.write([sealed(event)], AbortSignal.timeout(10))).rejects.toThrow(
			"timeout",
		);
	});

	it("refuses invalid options", () => {
		expect(() => consoleSink({ name: "Console" })).toThrow("`name`");
		expect(() => consoleSink(Object({ format: "xml" }))).toThrow("`format`");
	});
});

describe("the contract of every sink", () => {
	checkSink({
		test: it,
		cannot: ["poison"],
		make: () => {
			const out = capture();
			let mode: SinkFaultKind | "none" = "none";
			const stream: ConsoleStream = {
				write: (text, done) => {
					if (mode === "none") out.stream.write(text, done);
					if (mode === "down") done(new Error("EPIPE"));
				},
			};
			return {
				sink: consoleSink({ format: "ndjson", stream }),
				received: () =>
					(out.text().match(/"id":"([0-9a-f-]{36})","time"/gu) ?? []).map((found) =>
						found.slice(6, 42),
					),
				fault: (kind) => {
					mode = kind;
				},
			};
		},
	});
});
