import fc from "fast-check";
import { expect, it } from "vitest";
import { testEvent } from "../testing/trail-check-kit.ts";
import { appendQueue, type Pending } from "./append-queue.ts";

function pending(bytes: number): Pending {
	return {
		event: testEvent(0),
		reserve: false,
		acting: false,
		retried: false,
		bytes,
		caller: { resolve() {}, reject() {} },
	};
}

it("is first in, first out, and counts what it holds", () => {
	fc.assert(
		fc.property(fc.array(fc.oneof(fc.nat(500), fc.constant(-1)), { maxLength: 6000 }), (steps) => {
			const queue = appendQueue();
			const model: Pending[] = [];
			const same: boolean[] = [];
			for (const step of steps) {
				if (step < 0) {
					same.push(queue.shift() === model.shift());
					continue;
				}
				const one = pending(step);
				queue.push(one);
				model.push(one);
			}
			expect(same).not.toContain(false);
			expect(queue.length()).toBe(model.length);
			expect(queue.bytes()).toBe(model.reduce((sum, { bytes }) => sum + bytes, 0));
			expect(queue.peek()).toBe(model[0]);
		}),
	);
	const queue = appendQueue();
	const many = Array.from({ length: 5000 }, (_, index) => pending(index));
	for (const one of many) queue.push(one);
	expect(many.map(() => queue.shift())).toEqual(many);
});
