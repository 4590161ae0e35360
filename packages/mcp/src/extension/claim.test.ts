import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schema } from "../../../../docs/extension/schema/draft/schema.ts";
import { readClaim, writeClaim } from "./claim.ts";

const validate = new Ajv2020({ strict: true }).compile({ $ref: "#/$defs/request", ...schema });

const id = fc.oneof(
	fc.constantFrom(
		"op-1",
		"",
		" ",
		"a b",
		"\u0000",
		"\u202e",
		"é",
		"~",
		"x".repeat(128),
		"x".repeat(129),
	),
	fc.string({ maxLength: 12 }),
);
const number = fc.oneof(
	fc.constantFrom(0, 1, -1, 0.5, 64, 65, 1000, 1001, 1_000_000, 1_000_001, Number.NaN, 2 ** 53),
	fc.integer({ min: -2, max: 70 }),
);
const anything = fc.oneof({ weight: 3, arbitrary: id }, number, fc.jsonValue({ maxDepth: 2 }));
/** Mostly what a block may hold, now and then what it may not. */
const mostly = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
	fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: anything });

const visible = fc.stringMatching(/^[!-~]{1,20}$/);
const block = fc.record(
	{
		v: mostly(fc.constantFrom("1.0", "1.9", "1.01", "2.0")),
		operationId: mostly(visible),
		attempt: mostly(fc.integer({ min: 1, max: 9 })),
		leg: mostly(fc.nat(9)),
		hop: mostly(fc.nat(9)),
		turnId: mostly(visible),
		conversationId: mostly(visible),
		parentEventId: mostly(visible),
		a2a: mostly(
			fc.record(
				{ contextId: mostly(visible), taskId: visible, more: anything },
				{ requiredKeys: [] },
			),
		),
		unknown: anything,
	},
	{ requiredKeys: [] },
);

const filled = (length: number) => ({ v: "1.0", operationId: "op", x: "x".repeat(length) });

describe("the block of a request", () => {
	it("[safe.claim_schema] is read exactly where the schema of the extension calls it valid", () => {
		fc.assert(
			fc.property(fc.oneof({ weight: 8, arbitrary: block }, anything), (value) => {
				// What came over a wire is what JSON keeps.
				const wire: unknown = JSON.parse(JSON.stringify(value) ?? "null");
				expect(readClaim(wire) !== undefined).toBe(validate(wire));
			}),
			{ numRuns: 600 },
		);
	});

	it("[safe.claim_schema] holds what it holds, and is written as it is read", () => {
		fc.assert(
			fc.property(block, (value) => {
				const claim = readClaim(value);
				if (claim === undefined) return;
				expect(validate(writeClaim(claim))).toBe(true);
				expect(readClaim(writeClaim(claim))).toEqual(claim);
				const { a2a: _nested, ...flat } = claim;
				expect(value).toMatchObject(flat);
			}),
			{ numRuns: 300 },
		);
	});

	it("[safe.claim_schema] stays valid, with its operation, however far a loop or a retry counts", () => {
		const claim = { operationId: "op", attempt: 1_000_001, leg: 1001, hop: 65 };
		const most = { operationId: "op", attempt: 1_000_000, leg: 1000, hop: 64 };
		expect(readClaim(writeClaim(claim))).toEqual(most);
	});

	it("[safe.claim_schema] is bounded as a whole, unknown members with it", () => {
		const rest = JSON.stringify(filled(0)).length;
		expect(readClaim(filled(2048 - rest))).toEqual({ operationId: "op" });
		expect(readClaim(filled(2049 - rest))).toBeUndefined();
		// Every known member at its longest, each character escaped.
		const id128 = '"'.repeat(128);
		const longest = {
			v: "1.9999",
			operationId: id128,
			attempt: 1_000_000,
			leg: 1000,
			hop: 64,
			turnId: id128,
			conversationId: id128,
			parentEventId: id128,
			a2a: { contextId: id128, taskId: id128, messageId: id128 },
		};
		expect(readClaim(longest)).toBeDefined();
		expect(JSON.stringify(longest).length).toBeLessThanOrEqual(2048);
		let deep: unknown = [];
		for (let depth = 0; depth < 100_000; depth++) deep = [deep];
		expect(readClaim({ v: "1.0", operationId: "op", deep })).toBeUndefined();
	});

	it("[safe.claim_bounded] is none where it cannot be read, and inherits nothing", () => {
		const throws = { v: "1.0", operationId: "op" };
		Object.defineProperty(throws, "turnId", {
			enumerable: true,
			get(): never {
				throw new Error("hostile");
			},
		});
		expect(readClaim(throws)).toBeUndefined();
		expect(readClaim(Object.create({ v: "1.0", operationId: "op" }))).toBeUndefined();
		expect(readClaim(JSON.parse('{"v":"1.0","operationId":"op","__proto__":{"hop":-1}}'))).toEqual({
			operationId: "op",
		});
	});
});
