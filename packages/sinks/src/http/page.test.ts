import { describe, expect, it } from "vitest";
import type { Encoded } from "./encoded.ts";
import { joined, newPage } from "./page.ts";

/** Only the bytes matter here. */
const part = (...texts: Uint8Array[]): readonly Encoded[] =>
	texts.map((bytes, index) => ({ index, event: undefined as never, bytes }));

function write(page: ReturnType<typeof newPage>, text: string): Uint8Array {
	const { buffer, from } = page.room(2 * text.length);
	return page.take(from + buffer.write(text, from));
}

describe("a page", () => {
	it("gives the events that lie side by side as they are, without a copy", () => {
		const page = newPage(100);
		const [one, two, three] = ["one", "two", "three"].map((text) => write(page, text));
		if (!one || !two || !three) throw new Error("nothing was written");
		const body = joined(part(one, two, three));
		expect(Buffer.from(body).toString()).toBe("onetwothree");
		expect(body.buffer).toBe(one.buffer);
		expect(Buffer.from(joined(part(two, three))).toString()).toBe("twothree");
	});

	it("puts together what does not, in the order asked for", () => {
		const page = newPage(8);
		const [one, two] = [write(page, "one"), write(page, "second")];
		expect(one.buffer).not.toBe(two.buffer);
		expect(Buffer.from(joined(part(one, two))).toString()).toBe("onesecond");
		expect(Buffer.from(joined(part(two, one))).toString()).toBe("secondone");
		expect(joined([]).length).toBe(0);
	});
});
