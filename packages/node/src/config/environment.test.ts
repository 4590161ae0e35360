import fc from "fast-check";
import { expect, it } from "vitest";
import type { Env } from "../env.ts";
import { environmentConfig } from "./environment.ts";
import { readConfig } from "./read-config.ts";

const text = (most: number) =>
	fc.oneof(
		fc.string({ minLength: 1, maxLength: 12 }),
		fc.integer({ min: most - 1, max: most + 1 }).map((length) => "x".repeat(length)),
	);
const word = (...words: readonly string[]) =>
	fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 4 }));

const environments: fc.Arbitrary<Env> = fc.record(
	{
		enabled: fc.constant("true"),
		service: text(128),
		environment: text(64),
		dir: text(4_096),
		durability: word("disk", "os", "memory"),
		level: word("metadata", "request", "request_response"),
		traces: word("true", "false"),
		digestKeyFile: text(4_096),
		propagateBaggage: fc.constantFrom(
			"true",
			"false",
			"tenant,user",
			"tenant, ,user,",
			" false",
			",",
			"x".repeat(256),
			"x".repeat(257),
		),
		rpcStatusCodeAttribute: fc.constantFrom("rpc.response.status_code", "rpc.status_code", "rpc"),
	},
	{ requiredKeys: [] },
);

/** What the judge of files makes of it; undefined = it complains. */
function judged(env: Env): unknown {
	try {
		return readConfig(env);
	} catch {
		return undefined;
	}
}

it("[bench.startup] variables alone are taken as the schema takes them, without it", () => {
	let quick = 0;
	fc.assert(
		fc.property(environments, (env) => {
			const config = environmentConfig(env);
			expect(config).toEqual(judged(env));
			if (config !== undefined) quick++;
		}),
		{ numRuns: 400, seed: 7 },
	);
	expect(quick).toBeGreaterThan(20);
});
