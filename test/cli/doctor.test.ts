import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inProcess } from "./in-process.ts";

let dir: string;
beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), "mcp-trail-doctor-"));
});
afterEach(() => rm(dir, { recursive: true }));

async function put(path: string, text: string, mode = 0o600): Promise<string> {
	const file = join(dir, path);
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, text, { mode });
	return file;
}

/** An installed copy of an SDK, by its files. */
async function sdk(modules: string, name: string, version: string, file: string): Promise<void> {
	const folder = join(modules, "@modelcontextprotocol", name);
	await put(join(folder, "package.json"), JSON.stringify({ version }));
	await put(join(folder, "dist", file), "");
}

interface Told {
	readonly sdks: readonly { package: string; version: string; hooked: boolean }[];
	readonly config?: { source: string; digest: string; trail: string };
	readonly findings: readonly { area: string; status: string; says: string }[];
	readonly not_seen: readonly string[];
}

async function doctor(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
	const trail = { MCP_TRAIL_DIR: join(dir, "trail") };
	const { exitCode, stdout, stderr } = await inProcess(["doctor", ...args, "--json"], {
		variables: { ...trail, ...variables },
	});
	const told = JSON.parse(stdout) as Told;
	const wrong = told.findings.filter(({ status }) => status === "fault");
	return { exitCode, stdout, stderr, told, wrong: wrong.map(({ says }) => says) };
}

describe("mcp-trail doctor", () => {
	it("[cli.doctor] names every copy of an SDK, and makes nothing", async () => {
		await sdk("app/node_modules", "sdk", "1.32.2", "esm/shared/protocol.js");
		await sdk("app/node_modules/other/node_modules", "sdk", "1.20.0", "cjs/shared/protocol.js");
		await sdk("node_modules", "server", "2.4.0", "index.mjs");
		const { exitCode, told, wrong } = await doctor([join(dir, "app")]);
		expect(told.sdks.map(({ version, hooked }) => `${version} ${hooked}`).toSorted()).toEqual([
			"1.20.0 true",
			"1.32.2 true",
			"2.4.0 true",
		]);
		expect(wrong).toEqual([]);
		expect(exitCode).toBe(0);
		expect(told.config).toMatchObject({ source: "env", trail: join(dir, "trail") });
		expect(told.config?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
		expect(told.not_seen.join()).toContain("bundled");
		expect(existsSync(join(dir, "trail"))).toBe(false);
	});

	it("[cli.doctor] says what is not hooked: an SDK of another layout, and a bundle", async () => {
		await sdk("app/node_modules", "sdk", "9.0.0", "new/protocol.js");
		const entry = await put("app/server.js", 'if (method === "notifications/initialized") {}');
		const { exitCode, wrong } = await doctor([entry]);
		expect(exitCode).toBe(1);
		expect(wrong).toEqual([
			expect.stringContaining("9.0.0 in node_modules/@modelcontextprotocol/sdk is NOT hooked"),
			expect.stringContaining("server.js has an MCP SDK in it (bundled): NOT hooked"),
		]);
	});

	it("[cli.doctor] ends with 2 where the configuration is wrong, and shows no value of it", async () => {
		const config = await put(
			"wrong.json",
			'{ "sinks": [{ "type": "datadog", "apiKey": "s3cret" }] }',
		);
		const { exitCode, wrong, stdout } = await doctor([dir, "--config", config]);
		expect(exitCode).toBe(2);
		expect(wrong.join()).toContain("sinks[0].apiKey takes");
		expect(stdout).not.toContain("s3cret");
		const none = await doctor([dir], { MCP_TRAIL_CONFIG: join(dir, "none.json") });
		expect(none.exitCode).toBe(2);
	});

	it("[cli.doctor] looks at keys, folder and sinks", async () => {
		const keys = await put("open.key", `k1:${Buffer.alloc(32).toString("base64")}\n`);
		await chmod(keys, 0o644);
		const file = await put("file", "");
		const config = await put(
			"mcp-trail.json",
			JSON.stringify({
				digestKeyFile: keys,
				trail: { dir: join(file, "trail") },
				sinks: [
					{ type: "console" },
					{ type: "kafka", brokers: ["127.0.0.1:1"], connectTimeoutMs: 500 },
				],
			}),
		);
		const asked = ["--config", config, "--timeout-ms", "700"];
		const { exitCode, wrong } = await doctor([dir, ...asked], { MCP_TRAIL_DIR: "" });
		expect(exitCode).toBe(1);
		expect(wrong).toEqual([
			expect.stringContaining("open.key"),
			expect.stringContaining("trail cannot be looked at (ENOTDIR)"),
			expect.stringContaining("kafka does not answer as it should"),
		]);
		const quiet = await doctor([dir, ...asked, "--no-probe"], { MCP_TRAIL_DIR: "" });
		expect(quiet.wrong).toHaveLength(2);
	});

	it("[cli.doctor] is read by a person, escaped", async () => {
		const { exitCode, stdout } = await inProcess(
			["doctor", join(dir, "\u001b[31mnone"), "--no-probe"],
			{
				variables: { MCP_TRAIL_DIR: join(dir, "trail") },
			},
		);
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(/\n1 FAULT, [0-9] warnings?\.\n\nNot seen by zero code:\n/);
		expect(stdout).not.toContain("\u001b");
	});

	it("[cli.doctor] says each wrong line of a configuration on a line of its own", async () => {
		const config = await put("wrong.json", '{ "level": "much", "trail": { "maxBytes": "all" } }');
		const { exitCode, stdout } = await inProcess(["doctor", dir, "--config", config], {
			variables: {},
		});
		expect(exitCode).toBe(2);
		expect(stdout).toMatch(
			/^FAULT {3}config .*:\n {15} +trail\.maxBytes .*\n {15} +level .*\n {15}Nothing /m,
		);
		expect(stdout).not.toContain("\\u{a}");
	});

	it("[cli.doctor] names the variable that is wrong", async () => {
		const { exitCode, stdout } = await inProcess(["doctor", dir, "--no-probe"], {
			variables: { MCP_TRAIL_DIR: join(dir, "trail"), MCP_TRAIL_RPC_STATUS_CODE_ATTRIBUTE: "code" },
		});
		expect(exitCode).toBe(2);
		expect(stdout).toContain("(MCP_TRAIL_RPC_STATUS_CODE_ATTRIBUTE) takes");
	});

	it("[cli.doctor] says what becomes of events that a sink does not take", async () => {
		const config = await put(
			"sinks.json",
			'{ "sinks": [{ "type": "elasticsearch", "url": "http://127.0.0.1:9" }] }',
		);
		const { exitCode, wrong } = await doctor([dir, "--config", config]);
		expect(exitCode).toBe(1);
		expect(wrong).toEqual([
			expect.stringMatching(
				/ECONNREFUSED.* Until then events wait in the trail and are sent again\.$/,
			),
		]);
	});
});
