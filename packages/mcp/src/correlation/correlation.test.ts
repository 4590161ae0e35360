import { describe, expect, it } from "vitest";
import { connectionOf } from "../hook/connection.ts";
import type { Exchange, JsonObject } from "../observer.ts";
import { correlation } from "./correlation.ts";

const digester = {
	keyId: "k",
	ephemeral: true,
	digest: (_kind: string, value: string | Uint8Array) => `hmac-sha256:k:${String(value)}`,
};

const connection = connectionOf({}, "server");

function asking(params: JsonObject, traceId: string): Exchange {
	const method = "tools/call";
	return {
		connection,
		direction: "client_to_server",
		inbound: true,
		id: 1,
		method,
		message: { jsonrpc: "2.0", id: 1, method, params },
		params,
		meta: undefined,
		era: "modern",
		protocolVersion: "2026-07-28",
		client: undefined,
		auth: undefined,
		headers: undefined,
		authScheme: undefined,
		startMs: 0,
		startUs: 0,
		trace: { traceId, spanId: "0".repeat(16), flags: 0 },
	};
}

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
