import {
	appendFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { checkSink, sampleEvents, type SinkFaultKind } from "@mcp-trail/audit/testing";
import { ecs } from "@mcp-trail/formats";
import { type SealedEvent, verify } from "@mcp-trail/integrity";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { fileSink } from "./file.ts";
import { failure } from "./testing/failure.ts";

const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);

function place() {
	const root = mkdtempSync(join(tmpdir(), "file-sink-"));
	folders.push(root);
	const folder = join(root, "log");
	mkdirSync(folder);
	const path = join(folder, "audit.ndjson");
	/** The rotated files, oldest first, then the one being written. */
	const files = () => {
		const older = readdirSync(folder).filter((name) => name !== basename(path));
		return [...older.toSorted().map((name) => join(folder, name)), path].filter(existsSync);
	};
	const text = () =>
		files()
			.map((file) => readFileSync(file, "utf8"))
			.join("");
	const lines = () =>
		text()
			.split("\n")
			.filter((line) => line.endsWith("}"));
	return {
		root,
		folder,
		path,
		files,
		text,
		lines,
		ids: () => lines().map((line): string => JSON.parse(line).id),
	};
}

describe("fileSink", () => {
	checkSink({
		test: it,
		// A local disk that never answers cannot be made without privileges.
		cannot: ["silent"],
		make: () => {
			const there = place();
			const poison = new Set<string>();
			const away = join(there.root, "away");
			const sink = fileSink({
				path: there.path,
				maxBytes: 20_000,
				keepFiles: 100,
				format: {
					name: "test",
					mediaType: "text/plain",
					project: (event) =>
						poison.has(event.id) ? "two\nlines" : JSON.stringify({ id: event.id }),
				},
			});
			return {
				sink,
				received: there.ids,
				fault: (kind: SinkFaultKind | "none", which) => {
					poison.clear();
					if (kind === "down") {
						renameSync(there.folder, away);
						writeFileSync(there.folder, "");
					} else if (existsSync(away)) {
						rmSync(there.folder);
						renameSync(away, there.folder);
					}
					if (kind === "poison") for (const id of which ?? []) poison.add(id);
				},
			};
		},
	});

	it("[sinks.file_bytes] holds the stored lines byte for byte across rotations, readable by its user only: the chain verifies", async () => {
		const { path, files, text } = place();
		const sink = fileSink({ path, maxBytes: 5000, keepFiles: 100 });
		const sample = sampleEvents();
		let expected = "";
		for (let batch = 0; batch < 8; batch += 1) {
			const events = sample(3);
			expected += events.map(({ bytes }) => `${Buffer.from(bytes).toString()}\n`).join("");
			await sink.write(events, signal);
		}
		await sink.close?.(signal);
		expect(text()).toBe(expected);
		expect(files().length).toBeGreaterThan(3);
		for (const file of files())
			expect([statSync(file).size <= 5000, statSync(file).mode & 0o777]).toEqual([true, 0o600]);
		expect((await verify(Readable.from([Buffer.from(text())]))).faultCount).toBe(0);
	});

	it("[sinks.file_limits] no file is above its limit unless one batch is, and none but the oldest is removed", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
				fc.integer({ min: 1000, max: 9000 }),
				fc.integer({ min: 1, max: 4 }),
				async (batches, maxBytes, keepFiles) => {
					const { path, files, ids: got } = place();
					const sink = fileSink({ path, maxBytes, keepFiles, sync: false });
					const sample = sampleEvents();
					const sent: string[] = [];
					let largest = 0;
					for (const count of batches) {
						const events = sample(count);
						largest = Math.max(
							largest,
							events.reduce((sum, { bytes }) => sum + bytes.byteLength + 1, 0),
						);
						sent.push(...ids(events));
						await sink.write(events, signal);
					}
					await sink.close?.(signal);
					expect(files().length).toBeLessThanOrEqual(keepFiles + 1);
					for (const file of files())
						expect(statSync(file).size).toBeLessThanOrEqual(Math.max(maxBytes, largest));
					expect(got()).toEqual(sent.slice(sent.length - got().length));
					const removed = got().length < sent.length;
					expect(removed && files().length !== keepFiles + 1).toBe(false);
				},
			),
			{ numRuns: 25 },
		);
	});

	it("[sinks.file_torn] a line that was cut stays alone: what follows begins a new file", async () => {
		const { path, files } = place();
		const events = sampleEvents()(3);
		const first = fileSink({ path });
		await first.write(events.slice(0, 1), signal);
		await first.close?.(signal);
		appendFileSync(path, '{"half');
		const second = fileSink({ path });
		await second.write(events.slice(1), signal);
		await second.close?.(signal);
		const [old = "", now = ""] = files().map((file) => readFileSync(file, "utf8"));
		expect(old.endsWith('\n{"half')).toBe(true);
		expect(
			now
				.trimEnd()
				.split("\n")
				.map((line) => JSON.parse(line).id),
		).toEqual(ids(events.slice(1)));
	});

	it("[sinks.file_moved] goes on in a new file when another program has moved or removed the old one", async () => {
		const { path, root, ids: got } = place();
		const sink = fileSink({ path });
		const events = sampleEvents()(3);
		await sink.write(events.slice(0, 1), signal);
		renameSync(path, join(root, "moved"));
		// As `logrotate` with `create` does.
		writeFileSync(path, "");
		await sink.write(events.slice(1, 2), signal);
		expect(got()).toEqual(ids(events.slice(1, 2)));
		rmSync(path);
		await sink.write(events.slice(2), signal);
		expect(got()).toEqual(ids(events.slice(2)));
		expect(readFileSync(join(root, "moved"), "utf8")).toContain(ids(events)[0]);
		await sink.close?.(signal);
	});

	it("[sinks.file_formats] writes any format, one line an event", async () => {
		const { path, text } = place();
		const sink = fileSink({ path, format: ecs });
		const events = sampleEvents()(2);
		await sink.write(events, signal);
		expect(text()).toBe(
			events.map(({ event }) => `${JSON.stringify(ecs.project(event))}\n`).join(""),
		);
		await sink.close?.(signal);
	});

	it("[sinks.file_failures] holds for a link, a folder or a missing folder, and writes through none", async () => {
		const { path, root, folder } = place();
		writeFileSync(join(root, "target"), "");
		symlinkSync(join(root, "target"), path);
		for (const wrong of [path, folder, join(root, "none", "audit.ndjson")]) {
			const sink = fileSink({ path: wrong });
			const error = await failure(sink.write(sampleEvents()(1), signal));
			expect([error.code, error.verdict]).toEqual(["file_unusable", "hold"]);
			expect((await failure(sink.probe?.(signal))).code).toBe("file_unusable");
			await sink.close?.(signal);
		}
		expect(readFileSync(join(root, "target"), "utf8")).toBe("");
	});

	it("[sinks.file_failures] writes to no device", async () => {
		const sink = fileSink({ path: "/dev/full" });
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect([error.code, error.verdict]).toEqual(["file_unusable", "hold"]);
		await sink.close?.(signal);
	});

	it("claims best effort where it does not wait for the disk", () => {
		expect(fileSink({ path: "a" }).delivery).toBe("at_least_once");
		expect(fileSink({ path: "a", sync: false }).delivery).toBe("best_effort");
	});

	it.each([
		[{ path: "" }, "`path`"],
		[{ path: "/var/log/" }, "`path`"],
		[{ maxBytes: 0 }, "`maxBytes`"],
		[{ keepFiles: 0.5 }, "`keepFiles`"],
		[{ timeoutMs: 0 }, "`timeoutMs`"],
		[{ sync: 1 }, "`sync`"],
		[{ name: "File" }, "`name`"],
	])("refuses %o and names the option", (options, path) => {
		const make = () => fileSink(Object({ path: "a", ...options }));
		expect(make).toThrow(TypeError);
		expect(make).toThrow(path);
	});
});
