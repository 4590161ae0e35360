import type { StoredEvent } from "@mcp-trail/event";
import { cleanText, cleanUri } from "@mcp-trail/event";
import fc from "fast-check";
import { examples } from "./examples.ts";

/** What a peer writes into a name, a text or a URI to end a field, a line or a record. */
const fragments = [
	...Array.from("|\\=\"']}[{<>;:,^~!#%& \u{a0}é\u{fb33}\u{1f600}\u{301}aZ09-_./"),
	// Not cleaned: a format must hold even where a recorder did not.
	..."\n\r\t\0\u{1b}\u{7f}\u{85}\u{ad}\u{200b}\u{2028}\u{202e}\u{2066}\u{feff}".split(""),
	"\u{e0041}",
	"\u{d800}",
	"\\u{202e}",
	"\\n",
	"\\",
	"\\\\",
	" suser=root",
	"\tusrName=root",
	"^usrName=root",
	'" actor.principal.id="root',
	'"][forged@1 a="b"] ',
	"] CEF:0|a|b|c|d|e|10|",
	"\n<86>1 2026-11-20T10:15:30Z h sshd - - - forged",
	"117 <86>1 - h sshd - - - forged",
	"LEEF:2.0|a|b|c|d|x09|",
	" mcpTrailTrimmed=*",
	'{"a":"b"}',
	"…",
	"-",
	"__proto__",
];

const short = fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 10 });

/** A hostile text, now and then longer than any field. */
export const hostileText: fc.Arbitrary<string> = fc
	.tuple(
		short,
		fc.oneof({ weight: 15, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 300 })),
	)
	.map(([parts, times]) => parts.join("").repeat(times).slice(0, 5_000));

/** Members that hold a peer's words, and the characters that the format allows them. */
const texts: Readonly<Record<string, number>> = {
	"actor.client.name": 128,
	"actor.principal.id": 256,
	"actor.principal.issuer": 512,
	"actor.principal.tenant": 128,
	"labels.note": 256,
	"mcp.method": 128,
	"mcp.request_id": 128,
	"network.client_address": 64,
	"network.http.user_agent": 256,
	"operation.id": 128,
	"outcome.message": 512,
	"producer.host": 255,
	"producer.instance": 128,
	"producer.service": 128,
	"request.content": 16_384,
	"target.name": 256,
	"target.server.id": 512,
	"target.server.name": 128,
	"target.uri": 1_024,
};

const overlay: fc.Arbitrary<Partial<Record<string, string>>> = fc.record(
	Object.fromEntries(Object.keys(texts).map((path) => [path, hostileText])),
	{ requiredKeys: [] },
);

/**
 * An event with hostile texts in it: cleaned and bounded as a recorder does, or (`raw`) as they came,
 * which no recorder writes.
 */
export const hostileEvent: fc.Arbitrary<{ readonly event: StoredEvent; readonly raw: boolean }> = fc
	.tuple(fc.constantFrom(...examples().values()), overlay, fc.boolean())
	.map(([base, words, raw]) => {
		const event = structuredClone(base);
		for (const [path, text] of Object.entries(words)) {
			const max = texts[path] ?? 0;
			const clean = path === "target.uri" ? cleanUri(text, max) : cleanText(text, max);
			const value = raw ? text : path === "request.content" ? text?.slice(0, max) : clean;
			if (value !== undefined) put(event, path.split("."), value);
		}
		return { event, raw };
	});

function put(event: StoredEvent, path: readonly string[], value: string): void {
	let node: object = event;
	for (const name of path.slice(0, -1)) {
		const below: unknown = Reflect.get(node, name) ?? {};
		if (typeof below !== "object" || below === null) return;
		Reflect.set(node, name, below);
		node = below;
	}
	Reflect.set(node, path.at(-1) ?? "", value);
}
