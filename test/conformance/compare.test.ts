import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "./compare.ts";

const results = (checks: Record<string, readonly string[]>) => new Map(Object.entries(checks));
const bare = results({
	"tools-list › tools-list": ["SUCCESS"],
	"ping › ping": ["INFO", "SUCCESS"],
});

describe("compare", () => {
	it("[transparent.conformance-gate] finds nothing where every check came out the same", () => {
		expect(compare([bare, bare], bare)).toEqual({ differences: [], unsteady: [] });
	});

	it("[transparent.conformance-gate] finds a check that fails only when instrumented", () => {
		const instrumented = results({
			...Object.fromEntries(bare),
			"ping › ping": ["INFO", "FAILURE"],
		});
		expect(compare([bare, bare], instrumented).differences).toEqual([
			{
				check: "ping › ping",
				bare: ["INFO SUCCESS", "INFO SUCCESS"],
				instrumented: "INFO FAILURE",
			},
		]);
	});

	it("[transparent.conformance-gate] finds a check that passes only when instrumented", () => {
		const failing = results({ "ping › ping": ["FAILURE"] });
		const passing = results({ "ping › ping": ["SUCCESS"] });
		expect(compare([failing, failing], passing).differences).toHaveLength(1);
	});

	it("[transparent.conformance-gate] finds checks that one side does not have", () => {
		const fewer = results({ "ping › ping": ["INFO", "SUCCESS"] });
		expect(compare([bare], fewer).differences).toMatchObject([{ instrumented: "absent" }]);
		expect(compare([fewer], bare).differences).toMatchObject([{ bare: ["absent"] }]);
	});

	it("[transparent.conformance-gate] names a check in which the bare runs differ, and accepts what one of them got", () => {
		const other = results({ ...Object.fromEntries(bare), "ping › ping": ["SUCCESS"] });
		const comparison = compare([bare, other], other);
		expect(comparison.differences).toEqual([]);
		expect(comparison.unsteady).toMatchObject([{ check: "ping › ping" }]);
	});

	it("[transparent.conformance-gate] does not accept a third outcome of an unsteady check", () => {
		const other = results({ ...Object.fromEntries(bare), "ping › ping": ["SUCCESS"] });
		const third = results({ ...Object.fromEntries(bare), "ping › ping": ["FAILURE"] });
		expect(compare([bare, other], third).differences).toMatchObject([{ check: "ping › ping" }]);
	});

	it("[transparent.conformance-gate] finds any single changed status", () => {
		const status = fc.constantFrom("SUCCESS", "FAILURE", "WARNING", "INFO", "SKIPPED");
		const runs = fc.dictionary(fc.string(), fc.array(status, { minLength: 1 }), { minKeys: 1 });
		fc.assert(
			fc.property(runs, fc.nat(), status, (checks, at, changed) => {
				const keys = Object.keys(checks);
				const key = keys[at % keys.length] ?? "";
				const [first, ...rest] = checks[key] ?? [];
				fc.pre(first !== changed);
				const instrumented = results({ ...checks, [key]: [changed, ...rest] });
				const found = compare([results(checks)], instrumented).differences;
				expect(found.map(({ check }) => check)).toEqual([key]);
			}),
		);
	});
});
