import { describe, expect, it } from "vitest";
import type { Encoded } from "./encoded.ts";
import { joined, keptPages, newPage, type Pages } from "./page.ts";

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

/** The memory of a page that is lent for so many bytes while `work` runs. */
const lent = async (pages: Pages, bytes: number, work = async () => {}): Promise<ArrayBufferLike> =>
	pages.lend(bytes, async (page) => {
		await work();
		return page.room(0).buffer.buffer;
	});

/** Lends two at once; true where one of them is among these. */
async function isAnyOf(
	known: readonly ArrayBufferLike[],
	pages: Pages,
	bytes: number,
): Promise<boolean> {
	let inner: ArrayBufferLike | undefined;
	const outer = await lent(pages, bytes, async () => {
		inner = await lent(pages, bytes);
	});
	if (inner === undefined || inner === outer) throw new Error("one page was lent twice");
	return known.includes(outer) || known.includes(inner);
}

describe("kept pages", () => {
	it("are written on again, each by one write at a time", async () => {
		const pages = keptPages(2);
		const first = await lent(pages, 100);
		expect((await lent(pages, 90)) === first).toBe(true);
		expect(await isAnyOf([first], pages, 100)).toBe(true);
		expect(await isAnyOf([first], pages, 100)).toBe(true);
	});

	it("are given up where a write fails: what was sent may still be read", async () => {
		const pages = keptPages(2);
		const first = await lent(pages, 100);
		await expect(lent(pages, 100, async () => Promise.reject(new Error("no")))).rejects.toThrow(
			"no",
		);
		expect(await isAnyOf([first], pages, 100)).toBe(false);
	});

	it("are let go, all of them, once writes are much smaller", async () => {
		const pages = keptPages(2);
		const large: ArrayBufferLike[] = [];
		large.push(
			await lent(pages, 1_000, async () => {
				large.push(await lent(pages, 1_000));
			}),
		);
		await lent(pages, 100);
		expect(await isAnyOf(large, pages, 900)).toBe(false);
	});

	it("are not kept where they are so large that an idle sink would hold much", async () => {
		const pages = keptPages(2);
		const bytes = 9 * 1024 * 1024;
		const first = await lent(pages, bytes);
		expect(await isAnyOf([first], pages, bytes)).toBe(false);
	});
});
