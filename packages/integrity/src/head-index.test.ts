import { expect, it } from "vitest";
import type { Chain } from "./chain.ts";
import { headIndex } from "./head-index.ts";
import type { Joint } from "./reading.ts";

/** A stream of which only the head is looked at; says how often. */
function stream(hash: string): {
	chain: Chain;
	moveTo(next: string): void;
	readonly looks: () => number;
} {
	let hashes = [hash];
	let looks = 0;
	const head = (): Joint => {
		looks++;
		return { sequence: 1, hashes, prior: [], ordinal: 1 };
	};
	const chain = Object.defineProperty({}, "head", { get: head }) as Chain;
	return { chain, moveTo: (next) => void (hashes = [next]), looks: () => looks };
}

it("finds the stream whose head has a hash, only as long as it has it", () => {
	const index = headIndex();
	const [one, other] = [stream("a"), stream("b")];
	index.touch(one.chain);
	index.touch(other.chain);
	expect(index.find("a")).toBe(one.chain);
	one.moveTo("c");
	index.touch(one.chain);
	expect(index.find("a")).toBeUndefined();
	expect(index.find("c")).toBe(one.chain);
	index.drop(one.chain);
	expect(index.find("c")).toBeUndefined();
	expect(index.find("b")).toBe(other.chain);
});

it("[bounded.verify] looks at each head once however often it is asked: strangers do not cost the square of their number", () => {
	const index = headIndex();
	const streams = Array.from({ length: 1_000 }, (_, at) => stream(`hash ${at}`));
	for (const { chain } of streams) {
		index.touch(chain);
		expect(index.find("unknown")).toBeUndefined();
	}
	expect(streams.reduce((sum, { looks }) => sum + looks(), 0)).toBe(1_000);
});
