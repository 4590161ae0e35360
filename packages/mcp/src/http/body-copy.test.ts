import { describe, expect, it } from "vitest";
import { bodyCopy } from "./body-copy.ts";

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe("bodyCopy", () => {
	it("[complete.two_audits] copies one body for two audits, and leaves it to its reader", async () => {
		const response = new Response("whole");
		const copies = [bodyCopy(response, 10_000), bodyCopy(response, 10_000)];
		for (const copy of copies) {
			expect(text(await copy?.read())).toBe("whole");
			expect(await copy?.read()).toBeUndefined();
			expect(copy?.isWhole()).toBe(true);
		}
		expect(await response.text()).toBe("whole");
	});

	it("[transparent.fetch] hands a host's cancel on to the source at once, however many copies there are", async () => {
		let isCancelled = false;
		const source = new ReadableStream({
			start: (controller) => controller.enqueue(new Uint8Array(1)),
			cancel: () => void (isCancelled = true),
		});
		const response = new Response(source);
		const copies = [1, 2, 3].map(() => bodyCopy(response, 10_000));
		await response.body?.cancel();
		expect(isCancelled).toBe(true);
		for (const copy of copies) copy?.release();
	});
});
