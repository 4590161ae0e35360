import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Env } from "../env.ts";
import type { ConfigProblem } from "./problems.ts";
import { readConfig } from "./read-config.ts";

const folder = mkdtempSync(join(tmpdir(), "node-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const config = join(folder, "mcp-trail.config.json");

/** Reads a file with this text, the environment put over it. */
function read(text: string, env: Env = {}) {
	writeFileSync(config, text);
	return readConfig({ ...env, config });
}

/** What is said of a file with this text. */
function refused(text: string, env: Env = {}): { message: string; problems: ConfigProblem[] } {
	try {
		read(text, env);
	} catch (error) {
		return error as ReturnType<typeof refused>;
	}
	throw new Error("It was taken.");
}

describe("readConfig", () => {
	it("takes what the file says", () => {
		const said = { service: "tickets", trail: { dir: "/x", durability: "os" }, traces: false };
		expect(read(JSON.stringify(said))).toMatchObject({ ...said, source: "file" });
	});

	it("puts the environment over the file, member by member", () => {
		const text = '{ "service": "a", "trail": { "dir": "/x", "maxBytes": 70000 } }';
		expect(read(text, { service: "b", dir: "/y", traces: "false" })).toMatchObject({
			service: "b",
			trail: { dir: "/y", maxBytes: 70_000 },
			traces: false,
			source: "file_and_env",
		});
	});

	it("puts what the environment says of spans over the file's, member by member", () => {
		const text = '{ "instrumentation": { "inject": "all", "propagateBaggage": false } }';
		const env = { propagateBaggage: " tenant, user,", rpcStatusCodeAttribute: "rpc.status_code" };
		expect(read(text, env).instrumentation).toEqual({
			inject: "all",
			propagateBaggage: ["tenant", "user"],
			rpcStatusCodeAttribute: "rpc.status_code",
		});
		expect(read(text, { propagateBaggage: "true" }).instrumentation?.propagateBaggage).toBe(true);
		expect(read("{}", { propagateBaggage: "false" }).instrumentation).toEqual({
			propagateBaggage: false,
		});
	});

	it("[system.configuration] [honest.config_digest] gives another digest to another file and to another environment", () => {
		const digests = [
			read("{}"),
			read("{ }"),
			read("{}", { dir: "/x" }),
			read("{}", { dir: "/y" }),
		].map((one) => one.digest);
		expect(new Set(digests).size).toBe(4);
	});

	it("[safe.config_trust] takes no sink, key, folder or level from a working folder's own file", () => {
		const trail = { dir: "/x", maxBytes: 70_000 };
		const sinks = [{ type: "http", url: "https://elsewhere.example/" }];
		const kept = {
			level: "request_response",
			principals: "digest",
			extension: { mandatory: true },
			instrumentation: { propagateBaggage: true },
			traces: false,
		};
		const places = { trail, digestKeyFile: "/k", deadLetters: { dir: "/d" } };
		const said = { service: "a", sinks, ...places, ...kept };
		writeFileSync(config, JSON.stringify(said));
		const before = process.cwd();
		process.chdir(folder);
		try {
			expect(readConfig()).toEqual({
				service: "a",
				digest: expect.any(String),
				source: "file",
				ignored: ["sinks", "digestKeyFile", "deadLetters", "trail", ...Object.keys(kept)],
			});
			expect(readConfig({ dir: "/own", digestKeyFile: "/own.key" })).toMatchObject({
				trail: { dir: "/own" },
				digestKeyFile: "/own.key",
			});
			writeFileSync(config, '["s3cret"]');
			expect(() => readConfig()).toThrow("takes an object");
			writeFileSync(config, '{ "environment": "test", "labels": { "team": "x" } }');
			expect(readConfig()).toMatchObject({ environment: "test", ignored: [] });
		} finally {
			process.chdir(before);
		}
		const named = read(JSON.stringify({ ...said, sinks: [{ type: "console" }] }));
		expect(named).toMatchObject({ trail, digestKeyFile: "/k", ...kept, ignored: [] });
	});

	it.each([
		["no JSON", '{\n"service": "s3cret" "trail": {} }', "is not JSON"],
		["a list", '["s3cret"]', "takes an object"],
		["an unknown member", '{ "sevice": "s3cret" }', "sevice is not known. There is"],
		["one of the trail's", '{ "trail": { "dri": "s3cret" } }', "trail.dri is not known"],
		["a wrong word", '{ "level": "s3cret" }', 'level (MCP_TRAIL_LEVEL) takes "metadata" or'],
		["no number", '{ "trail": { "maxBytes": "s3cret" } }', "trail.maxBytes takes a whole number"],
		["no such sink", '{ "sinks": [{ "type": "kafak" }] }', "Did you mean kafka?"],
		["a secret", '{ "sinks": [{ "type": "datadog", "apiKey": "s3cret" }] }', "is refused"],
	])("[transparent.bad_config] says what is wrong with %s, and no value", (_, text, says) => {
		const { message } = refused(text);
		expect(message).toContain(config);
		expect(message).toContain(says);
		expect(message).not.toContain("s3cret");
	});

	it("[transparent.bad_config] says everything that is wrong at once", () => {
		for (const extension of [1, "yes", { id: "audit" }, { receipts: 1 }, { more: true }])
			expect(refused(JSON.stringify({ extension })).message).toContain("extension");
		for (const instrumentation of [
			1,
			{ inject: "some" },
			{ trustedProxies: ["10.0.0.0/99"] },
			{ trustedProxies: -1 },
			{ servers: [{ url: "https://a.example/" }] },
			{ servers: [{ id: "a", url: "a.example" }] },
			{ propagateBaggage: [1] },
			{ more: true },
		])
			expect(refused(JSON.stringify({ instrumentation })).message).toContain("instrumentation");
		const text = '{ "service": "", "traces": 1, "sinks": [{ "type": "x" }] }';
		expect(refused(text).problems.map((one) => one.path)).toEqual([
			"service (MCP_TRAIL_SERVICE)",
			"traces (MCP_TRAIL_TRACES)",
			"sinks[0].type",
		]);
	});

	it("[transparent.bad_config] says that a file which was named is not there", () => {
		expect(() => readConfig({ config: join(folder, "none.json") })).toThrow(
			/none\.json: cannot be read \(ENOENT\)/,
		);
	});

	it("[transparent.bad_config] names the variable that is wrong", () => {
		expect(refused("{}", { durability: "never" }).message).toContain("MCP_TRAIL_DURABILITY");
		expect(refused("{}", { traces: "maybe" }).message).toContain("MCP_TRAIL_TRACES");
		expect(refused("{}", { propagateBaggage: "k".repeat(257) }).message).toContain(
			"instrumentation.propagateBaggage.0 (MCP_TRAIL_PROPAGATE_BAGGAGE) takes",
		);
		expect(refused("{}", { rpcStatusCodeAttribute: "code" }).message).toContain(
			"instrumentation.rpcStatusCodeAttribute (MCP_TRAIL_RPC_STATUS_CODE_ATTRIBUTE) takes",
		);
	});
});
