import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../test/any-text.ts";
import { canonicalize } from "./canonicalize.ts";

const maxBytes = 64 * 1024 * 1024;
const textOf = (value: unknown, omit?: readonly string[]): string => {
	const canonical = canonicalize(value, omit === undefined ? { maxBytes } : { maxBytes, omit });
	if ("undigested" in canonical) throw new Error(canonical.undigested);
	return canonical.text;
};

/** IEEE 754 bits to number, as RFC 8785 Appendix B writes them. */
const double = (bits: string): number => Buffer.from(bits, "hex").readDoubleBE();

describe("RFC 8785", () => {
	it.each([
		["0000000000000000", "0"],
		["8000000000000000", "0"],
		["0000000000000001", "5e-324"],
		["8000000000000001", "-5e-324"],
		["7fefffffffffffff", "1.7976931348623157e+308"],
		["ffefffffffffffff", "-1.7976931348623157e+308"],
		["4340000000000000", "9007199254740992"],
		["c340000000000000", "-9007199254740992"],
		["4430000000000000", "295147905179352830000"],
		["44b52d02c7e14af5", "9.999999999999997e+22"],
		["44b52d02c7e14af6", "1e+23"],
		["44b52d02c7e14af7", "1.0000000000000001e+23"],
		["444b1ae4d6e2ef4e", "999999999999999700000"],
		["444b1ae4d6e2ef4f", "999999999999999900000"],
		["444b1ae4d6e2ef50", "1e+21"],
		["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
		["3eb0c6f7a0b5ed8d", "0.000001"],
		["41b3de4355555553", "333333333.3333332"],
		["41b3de4355555554", "333333333.33333325"],
		["41b3de4355555555", "333333333.3333333"],
		["41b3de4355555556", "333333333.3333334"],
		["41b3de4355555557", "333333333.33333343"],
		["becbf647612f3696", "-0.0000033333333333333333"],
		["43143ff3c1cb0959", "1424953923781206.2"],
	])("prints the number %s of Appendix B", (bits, text) => {
		expect(textOf(double(bits))).toBe(text);
	});

	it.each(["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])(
		"refuses the number %s",
		(bits) => {
			expect(canonicalize([double(bits)], { maxBytes })).toEqual({ undigested: "not_json" });
		},
	);

	it("writes the example of section 3.2.4", () => {
		const value = JSON.parse(String.raw`{
			"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
			"literals": [null, true, false]
		}`);
		expect(textOf(value)).toBe(
			String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		);
	});

	it("orders members by UTF-16 code unit (section 3.2.3)", () => {
		const value = JSON.parse(String.raw`{
			"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
			"1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
			"\u00f6": "Latin Small Letter O With Diaeresis"
		}`);
		expect(textOf(value)).toBe(
			`{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}`,
		);
	});

	it.each(["\ud800", "a\udc00b", "\udc00\ud800"])("refuses a lone surrogate", (text) => {
		expect(canonicalize({ text }, { maxBytes })).toEqual({ undigested: "not_json" });
		expect(canonicalize({ [text]: 1 }, { maxBytes })).toEqual({ undigested: "not_json" });
	});
});

/** The obvious form: right, but recursive. */
function obvious(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(obvious).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
	return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${obvious(member)}`).join(",")}}`;
}

describe("canonicalize", () => {
	it("agrees with the obvious recursive form on any JSON value", () => {
		fc.assert(
			fc.property(fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 5 }), (value) => {
				const canonical = canonicalize(value, { maxBytes });
				expect(canonical).toEqual({
					text: obvious(value),
					bytes: Buffer.byteLength(obvious(value)),
				});
			}),
		);
	});

	it("gives a value and its copy from the wire one form", () => {
		const value = {
			at: new Date(0),
			gone: undefined,
			list: [undefined, () => 1, new Number(-0)],
			fn: () => 1,
			boxed: new String("s"),
			[Symbol("s")]: 1,
		};
		expect(textOf(value)).toBe(textOf(JSON.parse(JSON.stringify(value))));
	});

	it("keeps members called __proto__, constructor and toJSON apart from the language's own", () => {
		const value = JSON.parse('{"toJSON":"t","__proto__":{"polluted":1},"constructor":2}');
		expect(textOf(value)).toBe('{"__proto__":{"polluted":1},"constructor":2,"toJSON":"t"}');
	});

	it("leaves out the named members at the top only", () => {
		expect(textOf({ _meta: { a: 1 }, b: { _meta: 2 } }, ["_meta"])).toBe('{"b":{"_meta":2}}');
	});

	it("does not recurse: a depth of 1,000,000", () => {
		let value: unknown = [];
		for (let depth = 1; depth < 1_000_000; depth++) value = depth % 2 ? { a: value } : [value];
		expect(textOf(value)).toHaveLength(2_000_000 + 500_000 * 4);
		expect(canonicalize(value, { maxBytes: 1000 })).toEqual({ undigested: "too_large" });
	});

	it("measures its bound in bytes of UTF-8 and refuses early", () => {
		expect(canonicalize(["€"], { maxBytes: 7 })).toEqual({ text: '["€"]', bytes: 7 });
		expect(canonicalize(["€"], { maxBytes: 6 })).toEqual({ undigested: "too_large" });
		expect(canonicalize([[], []], { maxBytes: 7 })).toEqual({ text: "[[],[]]", bytes: 7 });
		expect(canonicalize([[], []], { maxBytes: 6 })).toEqual({ undigested: "too_large" });
		const sparse: unknown[] = [];
		sparse.length = 2 ** 32 - 1;
		const startedAt = performance.now();
		for (const value of ["x".repeat(10_000_000), { ["x".repeat(10_000_000)]: 1 }, sparse])
			expect(canonicalize(value, { maxBytes: 1_048_576 })).toEqual({ undigested: "too_large" });
		expect(performance.now() - startedAt).toBeLessThan(1000);
	});

	it("tells a cycle from a value that is merely large", () => {
		const cycle: { self?: unknown } = {};
		cycle.self = [cycle];
		expect(canonicalize(cycle, { maxBytes: 10_000 })).toEqual({ undigested: "not_json" });
		const shared = { a: 1 };
		expect(textOf([shared, shared])).toBe('[{"a":1},{"a":1}]');
		expect(
			canonicalize(
				Array.from({ length: 100 }, () => shared),
				{ maxBytes: 100 },
			),
		).toEqual({
			undigested: "too_large",
		});
	});

	it.each([
		["a bigint", [1n]],
		["nothing", undefined],
		["a function", () => 1],
		["a getter that throws", Object.defineProperty({}, "a", { enumerable: true, get: thrower })],
		["a toJSON that throws", { toJSON: thrower }],
		["a revoked proxy", revoked()],
	])("does not throw on %s", (_, value) => {
		expect(canonicalize(value, { maxBytes })).toEqual({ undigested: "not_json" });
	});
});

function thrower(): never {
	throw new Error("read");
}

function revoked(): object {
	const { proxy, revoke } = Proxy.revocable({}, {});
	revoke();
	return proxy;
}
