import type { AuditEvent } from "@mcp-trail/event";
import { describe, expect, it } from "vitest";
import { hashOf, readLink } from "./line.ts";
import { lineSplitter } from "./lines.ts";
import { type Sealer, sealer } from "./seal.ts";
import { type VerifyOptions, verifier } from "./verifier.ts";
import { verify } from "./verify.ts";

const A = "0a0a0a0a-0000-4000-8000-00000000000a";
const B = "0b0b0b0b-0000-4000-8000-00000000000b";

/** The verifier reads nothing of an event but its type, recovery and prune. */
function add(stream: Sealer, members: object = {}): string {
	const event: AuditEvent = JSON.parse(JSON.stringify({ type: "mcp.request", ...members }));
	return `${Buffer.from(stream.seal(event).bytes).toString("latin1")}\n`;
}

const records = (stream: Sealer, count: number): string[] =>
	Array.from({ length: count }, () => add(stream));

const judge = (text: string, options: VerifyOptions = { context: "trail" }) => {
	const verification = verifier(options);
	verification.begin({});
	verification.push(Buffer.from(text, "latin1"));
	return verification.end();
};

const recovered = (of: Sealer, lastSequence = of.head?.sequence ?? 0): object => ({
	type: "trail.recovered",
	recovery: {
		stream_id: of.streamId,
		last_sequence: lastSequence,
		clean_end: false,
		...(of.head && { last_hash: of.head.hash }),
	},
});

const pruned = (streamId: string, lastSequence: number, lastHash?: string): object => ({
	type: "trail.pruned",
	prune: {
		stream_id: streamId,
		first_sequence: 1,
		last_sequence: lastSequence,
		last_hash: lastHash,
		reason: "disk_limit",
	},
});

const hashIn = (line: string | undefined): string =>
	readLink(Buffer.from((line ?? "").trimEnd(), "latin1"))?.hash ?? "";

describe("what records say of other streams", () => {
	it("[tamper.restart] explains a restart, and anchors the dead stream where the new one is anchored", () => {
		const [a, b] = [sealer(A), sealer(B)];
		const text = [...records(a, 4), ...records(b, 1), add(b, recovered(a)), ...records(b, 1)].join(
			"",
		);
		expect(judge(text)).toMatchObject({ faults: [], anchored: false });
		const before = { streamId: B, sequence: 1, hash: hashIn(text.split("\n")[4]) };
		expect(judge(text, { heads: [before] })).toMatchObject({
			anchored: false,
			streams: [{ streamId: A }, { streamId: B, anchoredTo: 1 }],
		});
		const after = { streamId: B, sequence: 3, hash: b.head?.hash ?? "" };
		expect(judge(text, { heads: [after] })).toMatchObject({
			faults: [],
			anchored: true,
			streams: [
				{ streamId: A, anchoredTo: 4 },
				{ streamId: B, anchoredTo: 3 },
			],
		});
	});

	it("believes only intact records", () => {
		const [a, b] = [sealer(A), sealer(B)];
		const lines = records(a, 4);
		const says = add(b, recovered(a)).replace('"clean_end":false', '"clean_end":true');
		const text = [...lines.slice(0, 3), says].join("");
		expect(judge(text).faults).toMatchObject([{ class: "edited", streamId: B, sequence: 1 }]);
	});

	it("misses a stream that another one says it recovered, unless it was pruned or this is a copy", () => {
		const [a, b] = [sealer(A), sealer(B)];
		const [, , , last] = records(a, 4);
		const says = add(b, recovered(a));
		expect(judge(says).faults).toEqual([
			{
				class: "tail_missing",
				detail: "stream_missing",
				streamId: A,
				sequence: 1,
				lastSequence: 4,
			},
		]);
		expect(judge(says, { context: "copy" }).faults).toEqual([]);
		const prune = add(b, pruned(A, 4, hashIn(last)));
		expect(judge(says + prune).faults).toEqual([]);
	});

	it("[tamper.pruned] excuses exactly what was pruned", () => {
		const [a, b] = [sealer(A), sealer(B)];
		const lines = records(a, 6);
		const prune = add(b, pruned(A, 2, hashIn(lines[1])));
		expect(judge(lines.slice(2).join("") + prune).faults).toEqual([]);
		expect(judge(lines.slice(1).join("") + prune).faults).toEqual([]);
		expect(judge(prune + lines.slice(4).join("")).faults).toMatchObject([
			{ class: "head_missing", streamId: A, sequence: 3, lastSequence: 4 },
		]);
		const wrong = add(sealer(B), pruned(A, 2, hashIn(lines[0])));
		expect(judge(lines.slice(2).join("") + wrong).faults).toMatchObject([
			{ class: "forked", streamId: A, sequence: 2 },
		]);
	});

	it("[tamper.pruned] names what was removed damaged once, however often that is said", () => {
		const [a, b] = [sealer(A), sealer(B)];
		const lines = records(a, 4);
		const damaged = {
			type: "trail.pruned",
			prune: {
				stream_id: A,
				first_sequence: 1,
				last_sequence: 2,
				last_hash: hashIn(lines[1]),
				reason: "damaged",
			},
		};
		// A process that died before the removal says it again; a sink may hold each twice.
		const says = [add(b, damaged), add(b, damaged)];
		for (const put of [says, [...says, ...says]]) {
			const { faults, faultCount } = judge([...lines.slice(2), ...put].join(""), {
				context: "copy",
			});
			expect([faultCount, faults]).toEqual([
				1,
				[{ class: "edited", detail: "pruned", streamId: A, sequence: 1, lastSequence: 2 }],
			]);
		}
	});

	it("finds what a folder says was the end of a stream", () => {
		const a = sealer(A);
		const lines = records(a, 3);
		const verification = verifier({ context: "trail" });
		verification.begin({ streamId: A, ended: { sequence: 3, hash: a.head?.hash ?? "" } });
		verification.push(Buffer.from(lines.slice(0, 2).join("")));
		const { faults, anchored, notes } = verification.end();
		expect(faults).toMatchObject([{ class: "tail_missing", sequence: 3 }]);
		expect({ anchored, notes }).toEqual({ anchored: false, notes: [] });
	});
});

describe("what comes late", () => {
	it("fills a gap only with the records that belong there", () => {
		const lines = records(sealer(A), 8);
		const [one = "", two = "", three = "", four = "", ...rest] = lines;
		const late = (...put: readonly string[]) => judge([one, four, ...rest, ...put].join(""));
		expect(late(two, three).faults).toMatchObject([{ class: "reordered", sequence: 3 }]);
		expect(late(three, two).faults).toMatchObject([
			{ class: "reordered", sequence: 3 },
			{ class: "reordered", sequence: 2 },
		]);
		expect(late(three).faults).toMatchObject([
			{ class: "removed", sequence: 2 },
			{ class: "reordered", sequence: 3 },
		]);
		const other = sealer(A, { sequence: 2, hash: hashIn(two) });
		const forged = add(other, { labels: { forged: "1" } });
		expect(late(two, forged).faults).toMatchObject([
			{ class: "removed", sequence: 3 },
			{ class: "inserted", sequence: 3 },
		]);
		const [, forgedTwo = ""] = records(sealer(A), 2).map((line, at) =>
			at === 0 ? line : add(sealer(A, { sequence: 1, hash: hashIn(three) })),
		);
		expect(late(forgedTwo, three).faults).toMatchObject([
			{ class: "removed", sequence: 2 },
			{ class: "inserted", sequence: 2 },
			{ class: "reordered", sequence: 3 },
		]);
	});

	it("splits a gap that is filled in its middle", () => {
		const [one = "", , , four = "", , six = "", ...rest] = records(sealer(A), 9);
		expect(judge([one, six, ...rest, four].join("")).faults).toMatchObject([
			{ class: "removed", sequence: 2, lastSequence: 3 },
			{ class: "removed", sequence: 5 },
		]);
	});

	it("matches a known head by its bytes, where only the stated hash was edited", () => {
		const stream = sealer(A);
		const lines = records(stream, 3);
		const hash = stream.head?.hash ?? "";
		const digit = hash.endsWith("0") ? "1" : "0";
		const last = (lines[2] ?? "").replace(hash, `${hash.slice(0, -1)}${digit}`);
		const head = { streamId: A, sequence: 3, hash };
		expect(judge(lines.slice(0, 2).join("") + last, { heads: [head] })).toMatchObject({
			faults: [{ class: "edited", sequence: 3 }],
			streams: [{ anchoredTo: 3 }],
		});
	});
});

describe("places and limits", () => {
	it("[tamper.place] says file, line and byte of a fault", () => {
		const lines = records(sealer(A), 5);
		lines[3] = lines[3]?.replace("mcp.request", "mcp.rEquest") ?? "";
		const verification = verifier({ context: "trail" });
		verification.begin({ name: "1.ndjson", streamId: A });
		verification.push(Buffer.from(lines.slice(0, 2).join("")));
		verification.begin({ name: "3.ndjson", streamId: A });
		verification.push(Buffer.from(lines.slice(2).join("")));
		expect(verification.end().faults).toEqual([
			{
				class: "edited",
				streamId: A,
				sequence: 4,
				place: { file: "3.ndjson", line: 2, byteOffset: (lines[2] ?? "").length },
			},
		]);
	});

	it("[tamper.bounded] counts all faults, lists the first, and keeps no line longer than told", () => {
		const stream = sealer(A);
		const lines = records(stream, 40);
		const odd = lines.filter((_, at) => at % 2 === 0);
		const report = judge(odd.join(""), { context: "trail", maxListed: 3 });
		expect(report).toMatchObject({ faultCount: 19, faultCounts: { removed: 19 } });
		expect(report.faults.map(({ sequence }) => sequence)).toEqual([2, 4, 6]);

		const long = judge(`${lines[0]}${"x".repeat(5000)}\n${lines[1]}`, { maxLineBytes: 1000 });
		expect(long.faults).toEqual([
			{
				class: "malformed",
				detail: "too_long",
				place: { line: 2, byteOffset: (lines[0] ?? "").length },
			},
		]);
	});

	it("says how many records it could not judge", () => {
		const text = [A, B].flatMap((streamId) => records(sealer(streamId), 3)).join("");
		expect(judge(text, { maxStreams: 1 })).toMatchObject({ unjudged: 3, records: 3 });
	});

	it("takes an excerpt from the middle when told", () => {
		const text = records(sealer(A), 9).slice(5).join("");
		expect(judge(text).faults).toMatchObject([{ class: "head_missing", lastSequence: 5 }]);
		expect(judge(text, { excerpt: true })).toMatchObject({
			faults: [],
			streams: [{ firstSequence: 6, lastSequence: 9 }],
		});
	});

	it("calls a repeat it cannot compare any more a fault, also in a copy", () => {
		const stream = sealer(A);
		const first = add(stream);
		const verification = verifier();
		verification.begin({});
		verification.push(Buffer.from(first));
		for (let at = 0; at < 70_000; at++) verification.push(Buffer.from(add(stream)));
		verification.push(Buffer.from(first));
		expect(verification.end().faults).toMatchObject([
			{ class: "duplicate", detail: "too_far_back", sequence: 1 },
		]);
	});

	it("passes over blank lines of a copy, not of a trail", () => {
		const [one, two] = records(sealer(A), 2);
		expect(judge(`${one}\n${two}\n`, { context: "copy" }).faultCount).toBe(0);
		expect(judge(`${one}\n${two}`).faults).toMatchObject([{ class: "malformed" }]);
	});

	it("leaves a line alone that is still being written", () => {
		const [one, two = ""] = records(sealer(A), 2);
		const verification = verifier({ context: "trail" });
		verification.begin({ streamId: A, live: true });
		verification.push(Buffer.from(`${one}${two.slice(0, 50)}`));
		expect(verification.end()).toMatchObject({
			faults: [],
			notes: [{ kind: "in_progress", place: { line: 2 } }],
		});
	});
});

describe("verify", () => {
	it("streams any input, and stops when told", async () => {
		const text = records(sealer(A), 20).join("");
		async function* bytewise(): AsyncGenerator<Uint8Array> {
			for (const byte of Buffer.from(text)) yield Uint8Array.of(byte);
		}
		expect(await verify(bytewise())).toMatchObject({ records: 20, faults: [], lines: 20 });
		const reason = new Error("enough");
		await expect(verify(bytewise(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
	});

	it("agrees with a shell on what a hash is", () => {
		const [line = ""] = records(sealer(A), 1);
		const bytes = Buffer.from(line.trimEnd());
		expect(hashOf(bytes)).toBe(hashIn(line));
	});
});

describe("lineSplitter", () => {
	it("cuts the same lines whatever the chunks are, and reuses its buffer", () => {
		const text = "one\n\ntwo three\nfour";
		for (let size = 1; size <= text.length; size++) {
			const lines: [string, number, number, boolean][] = [];
			const splitter = lineSplitter(100, ({ bytes, line, byteOffset, terminated }) =>
				lines.push([Buffer.from(bytes).toString(), line, byteOffset, terminated]),
			);
			for (let at = 0; at < text.length; at += size) {
				const chunk = Buffer.from(text.slice(at, at + size));
				splitter.push(chunk);
				chunk.fill(0);
			}
			splitter.end();
			expect(lines).toEqual([
				["one", 1, 0, true],
				["", 2, 4, true],
				["two three", 3, 5, true],
				["four", 4, 15, false],
			]);
		}
	});
});
