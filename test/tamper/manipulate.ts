import { type Link, readLink } from "@mcp-trail/integrity";
import type { AuditEvent } from "@mcp-trail/event";
import type { Situation } from "./fault-table.ts";
import type { Random } from "./random.ts";
import { eventOf, lineOf, linkAfter, makeStream, parsed, type StoredStream } from "./trails.ts";

type Manipulation = (stream: StoredStream, situation: Situation, random: Random) => void;

const indexOfIntegrity = (line: string): number => line.lastIndexOf(',"integrity":{"stream_id":"');

/** Changes the line of record k. */
const onLine =
	(change: (line: string, random: Random, situation: Situation) => string): Manipulation =>
	(stream, situation, random) => {
		const line = stream.lines[situation.k - 1];
		if (line === undefined) throw new RangeError(`there is no record ${situation.k}`);
		const changed = change(line, random, situation);
		if (changed === line) throw new Error("the manipulation changed nothing");
		stream.lines[situation.k - 1] = changed;
	};

const replaceAt = (line: string, at: number, by: string): string =>
	line.slice(0, at) + by + line.slice(at + 1);

/** Another byte in place of the one there; never a line feed. */
const anotherByte = (line: string, at: number, random: Random): string => {
	for (;;) {
		const byte = String.fromCharCode(random.integer(0, 255));
		if (byte !== "\n" && byte !== line[at]) return replaceAt(line, at, byte);
	}
};

/** Another hex digit within a member's value. */
const anotherDigit =
	(member: string) =>
	(line: string, random: Random): string => {
		const start = line.lastIndexOf(`"${member}":"`) + member.length + 4;
		const value = line.slice(start, line.indexOf('"', start));
		for (;;) {
			const at = start + random.integer(value.startsWith("sha256:") ? 7 : 0, value.length - 1);
			const digit = random.hex(1);
			if (line[at] !== "-" && line[at] !== digit) return replaceAt(line, at, digit);
		}
	};

/** Seals a record again, with changes to its event or its link. */
const reseal = (
	line: string,
	change: { readonly event?: object; readonly link?: Partial<Link> },
): string => {
	const { integrity: _, ...event } = parsed(line);
	const link = readLink(Buffer.from(line.slice(0, -1), "latin1"));
	if (link === undefined) throw new Error("only a record can be sealed again");
	const changed: AuditEvent = JSON.parse(JSON.stringify({ ...event, ...change.event }));
	return lineOf(changed, { ...link, ...change.link });
};

const anotherBody = (random: Random): { readonly event: object } => ({
	event: { labels: { forged: random.hex(8) } },
});

const invented = (random: Random): string => `sha256:${random.hex(64)}`;

/** Puts lines before record k. */
const insert =
	(make: (stream: StoredStream, situation: Situation, random: Random) => string): Manipulation =>
	(stream, situation, random) => {
		stream.lines.splice(situation.k - 1, 0, make(stream, situation, random));
	};

/** A forged record for place k. */
const forge = (stream: StoredStream, k: number, random: Random, link: Partial<Link> = {}): string =>
	lineOf(eventOf(random), { ...linkAfter(stream.lines[k - 2], stream.streamId), ...link });

const move = (stream: StoredStream, from: number, to: number): void => {
	stream.lines.splice(to - 1, 0, ...stream.lines.splice(from - 1, 1));
};

const swap = (stream: StoredStream, k: number, to: number): void => {
	const [a, b] = [stream.lines[k - 1] ?? "", stream.lines[to - 1] ?? ""];
	stream.lines[k - 1] = b;
	stream.lines[to - 1] = a;
};

/** How each kind of the fault table is done. */
export const manipulations: Readonly<Record<string, Manipulation>> = {
	edit_body: onLine((line, random) =>
		anotherByte(line, random.integer(1, indexOfIntegrity(line) - 1), random),
	),
	edit_first_byte: onLine((line, random) => anotherByte(line, 0, random)),
	edit_line_feed: onLine((line, random) => {
		for (;;) {
			const at = random.integer(1, indexOfIntegrity(line) - 1);
			if (line[at + 1] !== "{") return replaceAt(line, at, "\n");
		}
	}),
	edit_stream_id: onLine(anotherDigit("stream_id")),
	edit_sequence: onLine((line, random, { k, last }) => {
		const other = random.pick([k + 1, k + 2, last + 1, random.integer(1, 2 * last), 2 ** 53 - 1]);
		return line.replace(
			/"sequence":(\d+)(?=[^"]*(?:"previous_hash":"[^"]*",)?"hash":"[^"]*"\}\}\n$)/,
			`"sequence":${other === k ? k + 1 : other}`,
		);
	}),
	edit_previous_hash: onLine(anotherDigit("previous_hash")),
	edit_hash: onLine(anotherDigit("hash")),
	edit_integrity_text: onLine((line, random) => {
		for (;;) {
			const changed = anotherByte(
				line,
				random.integer(indexOfIntegrity(line), line.length - 2),
				random,
			);
			if (readLink(Buffer.from(changed.slice(0, -1), "latin1")) === undefined) return changed;
		}
	}),

	reseal_body: onLine((line, random) => reseal(line, anotherBody(random))),
	reseal_stream_id: onLine((line, random) => reseal(line, { link: { streamId: random.uuid() } })),
	reseal_sequence: onLine((line, random, { k, last }) =>
		reseal(line, { link: { sequence: random.pick([k + 1, k + 2, last + 1, 2 ** 53 - 1]) } }),
	),
	reseal_previous_hash: onLine((line, random) =>
		reseal(line, { link: { previousHash: invented(random) } }),
	),
	rebuild({ lines }, { k }, random) {
		for (let at = k - 1; at < lines.length; at++) {
			const previous = lines[at - 1];
			lines[at] = reseal(lines[at] ?? "", {
				...(at === k - 1 && anotherBody(random)),
				...(previous !== undefined && { link: { previousHash: parsed(previous).integrity.hash } }),
			});
		}
	},

	remove_start: ({ lines }, { to }) => void lines.splice(0, to),
	remove_middle: ({ lines }, { k, to }) => void lines.splice(k - 1, to - k + 1),
	remove_one: ({ lines }, { k }) => void lines.splice(k - 1, 1),
	remove_end: ({ lines }, { k }) => void lines.splice(k - 1),
	remove_all: ({ lines }) => void lines.splice(0),

	insert_garbage: insert((_stream, _situation, random) =>
		random.pick([
			'{"hello":"world"}\n',
			"garbage\n",
			'[1,2,"\\u007d}}"]\n',
			'{"integrity":{"stream_id":"x","sequence":1,"hash":"y"}}\n',
		]),
	),
	insert_unsealed: insert((stream, { k }, random) =>
		anotherDigit("hash")(forge(stream, k, random), random),
	),
	insert_sealed: insert((stream, { k }, random) => forge(stream, k, random)),
	insert_wrong_link: insert((stream, { k }, random) =>
		forge(stream, k, random, { previousHash: invented(random) }),
	),
	insert_stray: insert((stream, { k, to }, random) =>
		forge(stream, k, random, { sequence: to, previousHash: invented(random) }),
	),
	insert_copy: insert(({ lines }, { to }) => lines[to - 1] ?? ""),
	insert_foreign: insert((_stream, { to }, random) => makeStream(random, to).lines.at(-1) ?? ""),
	insert_branch(stream, { k, to }, random) {
		const branch: StoredStream = { ...stream, lines: stream.lines.slice(0, k - 1) };
		for (let sequence = k; sequence <= to; sequence++)
			branch.lines.push(forge(branch, sequence, random));
		stream.lines.push(...branch.lines.slice(k - 1));
	},

	swap_neighbours: (stream, { k }) => swap(stream, k, k + 1),
	swap_distant: (stream, { k, to }) => swap(stream, k, to),
	move_later: (stream, { k, to }) => move(stream, k, to),
	move_earlier: (stream, { k, to }) => move(stream, to, k),

	cut_at_line: ({ lines }, { k }) => void lines.splice(k - 1),
	cut_in_line({ lines }, { k }, random) {
		const line = lines[k - 1] ?? "";
		lines.splice(k - 1, lines.length, line.slice(0, random.integer(1, line.length - 2)));
	},
	cut_line_feed: onLine((line) => line.slice(0, -1)),
	join_lines: onLine((line) => line.slice(0, -1)),
};
