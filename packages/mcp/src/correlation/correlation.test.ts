import { describe, expect, it } from "vitest";
import { connectionOf } from "../hook/connection.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { anExchange } from "../testing/exchange.ts";
import { correlation } from "./correlation.ts";

const digester = {
	keyId: "k",
	ephemeral: true,
	digest: (_kind: string, value: string | Uint8Array) => `hmac-sha256:k:${String(value)}`,
};

const connection = connectionOf({}, "server");

const asking = (params: JsonObject, traceId: string, more: Partial<Exchange> = {}): Exchange =>
	anExchange({
		connection,
		params,
		era: "modern",
		protocolVersion: "2026-07-28",
		trace: { traceId, spanId: "0".repeat(16), flags: 0 },
		...more,
	});

/** Who a verifier found out: a subject, or only the client that the token was given to. */
const auth = (who: { readonly sub?: string; readonly clientId?: string }): Exchange["auth"] => ({
	scopes: [],
	claims: who.sub === undefined ? {} : { sub: who.sub },
	...(who.clientId !== undefined && { clientId: who.clientId }),
});

const asked = { name: "book", argumentsDigest: "hmac-sha256:k:arguments" };

describe("rounds without the extension", () => {
	const minute = 60_000;

	it.each([
		[59 * minute, "first", 1, "match"],
		[60 * minute, "second", undefined, "unknown"],
	] as const)(
		"[bounded.correlation] are joined by the state for an hour: after %i ms the operation is the %s trace's",
		(waitedMs, id, leg, state) => {
			let now = 0;
			const operations = correlation({ digester, extension: undefined, nowMs: () => now });
			const first = asking({ name: "book" }, "first");
			const issued = operations.begin(first, asked);
			operations.answered(first, asked, issued, {
				resultType: "input_required",
				requestState: "s",
			});
			expect(issued.mrtr).toEqual({ state: "issued", state_digest: "hmac-sha256:k:s" });
			now = waitedMs;
			const echo = asking({ name: "book", requestState: "s", inputResponses: {} }, "second");
			const { operation, mrtr } = operations.begin(echo, asked);
			expect(operation).toMatchObject({ id, leg, source: "trace" });
			expect(mrtr?.state).toBe(state);
		},
	);

	it("[bounded.correlation] forget the oldest of more than 10,000", () => {
		const operations = correlation({ digester, extension: undefined, nowMs: () => 0 });
		const round = (n: number): void => {
			const exchange = asking({ name: "book" }, `trace-${n}`);
			const begun = operations.begin(exchange, asked);
			operations.answered(exchange, asked, begun, {
				resultType: "input_required",
				requestState: `state-${n}`,
			});
		};
		// Each round has two rows: by its state, and by its operation.
		for (let n = 0; n < 5001; n++) round(n);
		const stateOf = (n: number): unknown =>
			operations.begin(asking({ name: "book", requestState: `state-${n}` }, "other"), asked).mrtr
				?.state;
		expect(stateOf(0)).toBe("unknown");
		expect(stateOf(1)).toBe("match");
	});
});

describe("two calls at a time", () => {
	const issue = { resultType: "input_required", requestState: "step-1" };
	const echoed = { name: "book", requestState: "step-1", inputResponses: {} };

	it("[complete.mrtr_parallel] that were given the same state keep an operation each, whichever answers first", () => {
		const operations = correlation({ digester, extension: undefined, nowMs: () => 0 });
		for (const id of ["first", "second"]) {
			const exchange = asking({ name: "book" }, id);
			operations.answered(exchange, asked, operations.begin(exchange, asked), issue);
		}
		const round = (trace: string): unknown[] => {
			const { operation, mrtr } = operations.begin(asking(echoed, trace), asked);
			return [operation.id, operation.leg, mrtr?.state];
		};
		// The trace of one is known; what nobody can tell apart is each answered once.
		expect(round("second")).toEqual(["second", 1, "match"]);
		expect(round("other")).toEqual(["first", 1, "match"]);
		expect(round("other")[2]).toBe("reused");
	});

	it("[complete.mrtr_parallel] of different tools in one trace without states are no rounds of each other", () => {
		const operations = correlation({ digester, extension: undefined, nowMs: () => 0 });
		const other = { name: "pay", argumentsDigest: asked.argumentsDigest };
		const book = asking({ name: "book" }, "trace");
		const first = operations.begin(book, asked);
		operations.answered(book, asked, first, { resultType: "input_required" });
		const second = asking({ name: "book", inputResponses: {} }, "trace");
		operations.answered(second, asked, operations.begin(second, asked), {
			resultType: "input_required",
		});
		const pay = asking({ name: "pay" }, "trace");
		operations.answered(pay, other, operations.begin(pay, other), {
			resultType: "input_required",
		});
		const legs = [asked, other].map(
			(what) =>
				operations.begin(asking({ name: what.name, inputResponses: {} }, "trace"), what).operation
					.leg,
		);
		expect(legs).toEqual([2, 1]);
	});

	it("[safe.operation_within_principal] a client's id that reads like a person's does not join that person's rounds", () => {
		const operations = correlation({ digester, extension: undefined, nowMs: () => 0 });
		const first = asking({ name: "book" }, "first", { auth: auth({ sub: "alice" }) });
		operations.answered(first, asked, operations.begin(first, asked), issue);
		const echo = asking(echoed, "second", { auth: auth({ clientId: "alice" }) });
		const { operation, mrtr } = operations.begin(echo, asked);
		expect([operation.id, mrtr?.state]).toEqual(["second", "unknown"]);
	});
});

describe("a task", () => {
	const made = { resultType: "task", taskId: "t-1", status: "working" };

	it("[complete.task_operation] joins what its own principal asks of it, by the id it was made under, and nobody else's", () => {
		let now = 0;
		const operations = correlation({ digester, extension: undefined, nowMs: () => now });
		const alice = { auth: auth({ sub: "alice" }) };
		const call = asking({ name: "book" }, "first", alice);
		operations.answered(call, asked, operations.begin(call, asked), made);
		const of = (method: string, who: Partial<Exchange>, taskId = "t-1"): unknown => {
			const exchange = asking({ taskId, inputResponses: {} }, "later", { method, ...who });
			const { operation, mrtr } = operations.begin(exchange, { ...asked, name: undefined });
			expect(mrtr).toBeUndefined();
			expect(operation.leg).toBeUndefined();
			return operation.id;
		};
		for (const method of ["tasks/get", "tasks/result", "tasks/update", "tasks/cancel"]) {
			expect(of(method, alice)).toBe("first");
			expect(of(method, { auth: auth({ sub: "mallory" }) })).toBe("later");
			expect(of(method, alice, "t-2")).toBe("later");
		}
		now = 24 * 60 * 60 * 1000;
		expect(of("tasks/get", alice)).toBe("later");
	});
});
