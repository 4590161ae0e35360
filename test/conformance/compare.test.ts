import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "./compare.ts";

const results = (checks: Record<string, readonly string[]>, evidence: readonly string[] = []) =>
	new Map(Object.entries(checks).map(([key, statuses]) => [key, { statuses, evidence }]));
const others = { "tools-list › tools-list": ["SUCCESS"] };
const ping = (...statuses: string[]) => results({ ...others, "ping › ping": statuses });
const bare = ping("INFO", "SUCCESS");
const seeing = (saw: string) => results(others, [saw]);

describe("compare", () => {
	it("[transparent.conformance-gate] finds nothing where every check came out the same", () => {
		expect(compare([bare, bare], bare)).toEqual({ differences: [], unsteady: [] });
	});

	it("[transparent.conformance-gate] finds a check that fails only when instrumented", () => {
		expect(compare([bare, bare], ping("INFO", "FAILURE")).differences).toEqual([
			{
				check: "ping › ping",
				in: "status",
				bare: ["INFO SUCCESS", "INFO SUCCESS"],
				instrumented: "INFO FAILURE",
			},
		]);
	});

	it("[transparent.conformance-gate] finds a check that passes only when instrumented", () => {
		const failing = ping("FAILURE");
		expect(compare([failing, failing], ping("SUCCESS")).differences).toHaveLength(1);
	});

	it("[transparent.conformance-gate] finds checks that one side does not have", () => {
		const fewer = results(others);
		expect(compare([bare], fewer).differences).toMatchObject([{ instrumented: "absent" }]);
		expect(compare([fewer], bare).differences).toMatchObject([{ bare: ["absent"] }]);
	});

	it("[transparent.conformance-gate] finds a check that passes on other evidence", () => {
		const before = seeing("one request");
		expect(compare([before, before], seeing("two requests")).differences).toMatchObject([
			{ in: "evidence", instrumented: "two requests" },
		]);
	});

	it("[transparent.conformance-gate] names a check in which the bare runs differ, and accepts what one of them got", () => {
		const comparison = compare([bare, ping("SUCCESS")], ping("SUCCESS"));
		expect(comparison.differences).toEqual([]);
		expect(comparison.unsteady).toMatchObject([{ check: "ping › ping", in: "status" }]);
	});

	it("[transparent.conformance-gate] does not accept a third status of an unsteady check", () => {
		const { differences } = compare([bare, ping("SUCCESS")], ping("FAILURE"));
		expect(differences).toMatchObject([{ check: "ping › ping" }]);
	});

	it("[transparent.conformance-gate] names evidence that differs in each run, and concludes nothing from it", () => {
		const comparison = compare([seeing("501 ms"), seeing("502 ms")], seeing("503 ms"));
		expect(comparison.differences).toEqual([]);
		expect(comparison.unsteady).toMatchObject([{ in: "evidence" }]);
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
