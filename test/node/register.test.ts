import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { registerForTests } from "./built.ts";
import {
	app,
	ask,
	askToTheEnd,
	type Ended,
	inFolder,
	outcomes,
	recorded,
	registerFromSource,
	startNode,
} from "./untouched.ts";

const { start } = registerForTests();

/** A published server, as it is started by its users. */
const everything = fileURLToPath(
	import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"),
);

/** Runs a program to the end of its input; with `env` it runs under register. */
const run = (...how: Parameters<typeof start>): Promise<Ended> => askToTheEnd(start(...how));

/** Starts a program under register beside another loader, that of TypeScript. */
const startBesideLoader = (program: string, dir: string) =>
	startNode([...registerFromSource, app(program)], { MCP_TRAIL_DIR: dir });

const bareRuns = new Map<string, Promise<Ended>>();

/** A program's run without register, once. */
function bareRun(program: string): Promise<Ended> {
	const found = bareRuns.get(program) ?? run([program]);
	bareRuns.set(program, found);
	return found;
}

const lastLine = (path: string): string =>
	readFileSync(path, "utf8").trimEnd().split("\n").at(-1) ?? "";

/** A published server says of itself when its lists have changed: at any moment. */
const unordered = (ended: Ended) => ({ ...ended, stdout: ended.stdout.split("\n").toSorted() });

describe("node --import @mcp-trail/node/register", () => {
	it("[complete.inputs] sees the handlers by which a client answers questions itself, though they were set before", async () => {
		await inFolder(async (dir) => {
			const ended = await start([app("questions.mjs")], { MCP_TRAIL_DIR: dir }).ended;
			expect(ended).toMatchObject({ code: 0, stdout: "" });
			const told = recorded(dir).filter(
				({ type, mcp }) => type === "mcp.input.answered" && mcp?.role === "client",
			);
			expect(told.map(({ mcp }) => [mcp?.method, mcp?.local])).toEqual([["roots/list", true]]);
		});
	});

	it.each(["v1.mjs", "v1.cjs", "v2.mjs", "v2.cjs"])(
		"[complete.zero_code] [transparent.zero_code] records every call of %s, which answers the same, also beside another loader",
		async (name) => {
			await inFolder(async (dir) => {
				const [bare, watched] = await Promise.all([
					bareRun(app(name)),
					askToTheEnd(startBesideLoader(name, dir)),
				]);
				expect(watched).toEqual(bare);
				expect(bare).toMatchObject({ code: 0, signal: null, stderr: "" });
				const events = recorded(dir);
				expect(outcomes(events)).toEqual([
					"server initialize success yes",
					"server tools/list success yes",
					"server tools/call echo success yes",
					"server tools/call fail failure yes",
					"server tools/call nobody rejected no",
					"server nothing/known rejected no",
				]);
				expect(events[0]).toMatchObject({ type: "trail.started", config: { source: "env" } });
				expect(events.at(-1)).toMatchObject({ type: "trail.stopped" });
			});
		},
	);

	it("[complete.zero_code] [transparent.zero_code] records a published server", async () => {
		await inFolder(async (dir) => {
			const [bare, watched] = await Promise.all([
				run([everything, "stdio"]),
				run([everything, "stdio"], { MCP_TRAIL_DIR: dir }),
			]);
			expect(unordered(watched)).toEqual(unordered(bare));
			const events = recorded(dir);
			expect(outcomes(events)).toEqual([
				"server initialize success yes",
				"server tools/list success yes",
				"server tools/call echo success yes",
				"server tools/call fail failure unknown",
				"server tools/call nobody failure unknown",
				"server nothing/known rejected no",
			]);
			expect(events[0]?.producer.service).toBe("@modelcontextprotocol/server-everything");
		});
	});

	it("[complete.zero_code] records a server that is instrumented in code once, and clients", async () => {
		await inFolder(async (dir) => {
			const { ended, child } = startBesideLoader("explicit.mjs", dir);
			child.stdin?.end();
			expect(await ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
			const seen = outcomes(recorded(dir)).toSorted();
			expect(seen).toEqual([
				"client initialize success yes",
				"client tools/call hello success yes",
				"server initialize success yes",
				"server tools/call hello success yes",
			]);
		});
	});

	it.each([
		{ how: "its input ends", end: ({ stdin }: ChildProcess) => stdin?.end(), code: 3 },
		{ how: "it is told to", end: (child: ChildProcess) => child.kill("SIGTERM"), code: 4 },
	])(
		"[durable.exit] records a server whole that calls process.exit() the moment $how",
		async ({ end, code }) => {
			await inFolder(async (dir) => {
				const running = start([app("v1.mjs"), "leaves"], { MCP_TRAIL_DIR: dir });
				await ask(running);
				end(running.child);
				expect(await running.ended).toMatchObject({ code, signal: null, stderr: "" });
				const events = recorded(dir);
				expect(outcomes(events)).toHaveLength(6);
				expect(events[0]).toMatchObject({ type: "trail.started" });
				expect(events.at(-1)).toMatchObject({ type: "trail.stopped" });
			});
		},
	);

	it("[transparent.bad_config] a wrong configuration leaves the application alone", async () => {
		await inFolder(async (dir) => {
			const trail = join(dir, "trail");
			const text = '{ "sinks": [{ "type": "datadog", "apiKey": "s3cret" }] }';
			const config = join(dir, "mcp-trail.config.json");
			writeFileSync(config, text);
			const env = { MCP_TRAIL_DIR: trail, MCP_TRAIL_CONFIG: config };
			const watched = await run([app("v1.mjs")], env);
			const bare = await bareRun(app("v1.mjs"));
			expect({ ...watched, stderr: "" }).toEqual(bare);
			expect(watched.stderr).toContain("sinks[0].apiKey takes");
			expect(watched.stderr).toContain("Nothing is recorded");
			expect(watched.stderr).not.toContain("s3cret");
			expect(existsSync(trail)).toBe(false);
		});
	});

	it("[transparent.bad_config] what is said to a closed standard error does not end the application", async () => {
		await inFolder(async (dir) => {
			const env = { MCP_TRAIL_DIR: dir, MCP_TRAIL_LEVEL: "wrong" };
			const running = start([app("v1.mjs")], env);
			running.child.stderr?.destroy();
			await ask(running);
			running.child.stdin?.end();
			expect(await running.ended).toEqual(await bareRun(app("v1.mjs")));
		});
	});

	it("[safe.config_trust] a working folder's file sends nothing elsewhere, and its names hold", async () => {
		await inFolder(async (dir) => {
			const trail = join(dir, "trail");
			const elsewhere = join(dir, "elsewhere");
			const text = JSON.stringify({
				service: "tickets",
				deadLetters: { dir: elsewhere },
				level: "request_response",
				sinks: [{ type: "s3cret" }],
			});
			writeFileSync(join(dir, "mcp-trail.config.json"), text);
			const watched = await run([app("v1.mjs")], { MCP_TRAIL_DIR: trail }, dir);
			expect({ ...watched, stderr: "" }).toEqual(await bareRun(app("v1.mjs")));
			expect(watched.stderr).toContain(
				"sinks, deadLetters, level of mcp-trail.config.json is not taken",
			);
			expect(watched.stderr).toContain("MCP_TRAIL_CONFIG");
			const events = recorded(trail);
			expect(events[0]?.producer.service).toBe("tickets");
			expect(outcomes(events)).toHaveLength(6);
			expect(new Set(events.flatMap((event) => event.recording?.level ?? []))).toEqual(
				new Set(["metadata"]),
			);
			expect(existsSync(elsewhere)).toBe(false);
		});
	});

	it.each(["v1.mjs", "v2.mjs"])(
		"[safe.extension_negotiated] %s declares the extension where it is configured, and only there",
		async (name) => {
			await inFolder(async (dir) => {
				const config = join(dir, "tickets.json");
				const declared = async (extension: unknown): Promise<boolean> => {
					writeFileSync(config, JSON.stringify({ trail: { dir: join(dir, "trail") }, extension }));
					const { stdout, stderr } = await run([app(name)], { MCP_TRAIL_CONFIG: config });
					expect(stderr).toBe("");
					return /"io\.github\.mcp-trail\/audit":\{[^}]*"receipts":true/.test(stdout);
				};
				expect(await declared({ receipts: true })).toBe(true);
				expect(await declared(false)).toBe(false);
			});
		},
	);

	it("[honest.identity_hook] instruments as the configuration says, and names who asks as it says", async () => {
		await inFolder(async (dir) => {
			const config = join(dir, "tickets.json");
			const trail = join(dir, "trail");
			const instrumentation = { operatingSystemUser: true, trustedProxies: ["10.0.0.0/8"] };
			const text = JSON.stringify({ trail: { dir: trail }, principals: "digest", instrumentation });
			writeFileSync(config, text);
			const { stderr } = await run([app("v1.mjs")], { MCP_TRAIL_CONFIG: config });
			expect(stderr).toBe("");
			const asked = recorded(trail).filter(({ type }) => type === "mcp.request");
			expect(asked).toHaveLength(6);
			for (const { actor } of asked)
				expect(actor?.principal).toEqual({
					type: "user",
					id_digest: expect.stringMatching(/^hmac-sha256:/u),
					issuer: expect.any(String),
					assurance: "asserted",
					source: "operating_system",
				});
		});
	});

	it("[honest.config_digest] trail.started has the digest of the file's bytes", async () => {
		await inFolder(async (dir) => {
			const text = JSON.stringify({
				service: "tickets",
				trail: { dir: join(dir, "trail") },
				traces: false,
			});
			const config = join(dir, "tickets.json");
			writeFileSync(config, text);
			await run([app("v2.mjs")], { MCP_TRAIL_TRACES: "", MCP_TRAIL_CONFIG: config });
			const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
			expect(recorded(dir)[0]).toMatchObject({
				type: "trail.started",
				config: { digest, source: "file" },
				producer: { service: "tickets" },
			});
		});
	});

	it("[system.configuration] [honest.config_changed] a start by another configuration than the last one of the service says so", async () => {
		await inFolder(async (dir) => {
			const trail = join(dir, "trail");
			const config = join(dir, "tickets.json");
			const env = { MCP_TRAIL_DIR: trail, MCP_TRAIL_CONFIG: config };
			const starts = [
				{ service: "a", environment: "x" },
				{ service: "a", environment: "x" },
				{ service: "b", environment: "y" },
				{ service: "a", environment: "z" },
			];
			for (const one of starts) {
				writeFileSync(config, JSON.stringify(one));
				await run([app("v2.mjs")], env);
			}
			const events = recorded(trail);
			const started = events.filter((event) => event.type === "trail.started");
			const changed = events.filter((event) => event.type === "trail.config_changed");
			expect(started).toHaveLength(4);
			expect(changed).toHaveLength(1);
			expect(changed[0]?.config).toMatchObject({
				digest: started[3]?.config?.digest,
				previous_digest: started[1]?.config?.digest,
				source: "file_and_env",
			});
		});
	});

	it("[durable.zero_code_ends] SIGTERM ends the stream, and the process as ever", async () => {
		await inFolder(async (dir) => {
			const running = start([app("v1.mjs"), "stays"], { MCP_TRAIL_DIR: dir });
			await ask(running);
			running.child.kill("SIGTERM");
			expect(await running.ended).toMatchObject({ code: null, signal: "SIGTERM", stderr: "" });
			const events = recorded(dir);
			expect(outcomes(events)).toHaveLength(6);
			expect(events.at(-1)?.type).toBe("trail.stopped");
		});
	});

	it("[durable.zero_code_ends] SIGTERM ends a process with signal-exit in it", async () => {
		await inFolder(async (dir) => {
			const running = start([app("exit-hooks.mjs")], { MCP_TRAIL_DIR: dir });
			await ask(running);
			running.child.kill("SIGTERM");
			expect(await running.ended).toMatchObject({ code: null, signal: "SIGTERM", stderr: "" });
			expect(recorded(dir).at(-1)?.type).toBe("trail.stopped");
		});
	});

	it("[durable.zero_code_ends] a call that is answered long after the end of input is recorded", async () => {
		await inFolder(async (dir) => {
			const { child, ended } = start([app("slow.mjs")], { MCP_TRAIL_DIR: dir });
			const params = { name: "slow", arguments: {} };
			const frame = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
			child.stdin?.end(`${JSON.stringify(frame)}\n`);
			expect(await ended).toMatchObject({ code: 0, signal: null, stderr: "" });
			const events = recorded(dir);
			expect(outcomes(events)).toEqual(["server tools/call slow success yes"]);
			expect(events.at(-1)?.type).toBe("trail.stopped");
		});
	});

	it("[durable.zero_code_ends] a host that handles SIGTERM ends by itself, its events written", async () => {
		await inFolder(async (dir) => {
			const running = start([app("v1.cjs"), "handles"], { MCP_TRAIL_DIR: dir });
			await ask(running);
			running.child.kill("SIGTERM");
			expect(await running.ended).toMatchObject({ code: 7, signal: null, stderr: "" });
			expect(outcomes(recorded(dir))).toHaveLength(6);
		});
	});

	it("[transparent.zero_code] tells a host that nothing is left to do as often as without it", async () => {
		await inFolder(async (dir) => {
			const runs = [undefined, { MCP_TRAIL_DIR: dir }].map((env) => {
				const { child, ended } = start([app("before-exit.mjs")], env);
				child.stdin?.end();
				return ended;
			});
			const [bare, watched] = await Promise.all(runs);
			expect(watched).toEqual(bare);
			expect(bare).toMatchObject({
				code: 5,
				stderr: "told 1 with 5\ntold 2 with 5\nexit 5\n",
			});
			expect(recorded(dir).at(-1)?.type).toBe("trail.stopped");
		});
	});

	it("[transparent.zero_code] tells a host that nothing is left to do, where nothing of the trail is left to do either", async () => {
		await inFolder(async (dir) => {
			const told = { code: 5, signal: null };
			const says = "told 1 with 5\ntold 2 with 5\nexit 5\n";
			// It outlives its input: its stream has its end by then.
			const late = start([app("before-exit.mjs"), "stays"], { MCP_TRAIL_DIR: join(dir, "late") });
			late.child.stdin?.end();
			writeFileSync(join(dir, "file"), "");
			const unopened = start([app("before-exit.mjs")], { MCP_TRAIL_DIR: join(dir, "file") });
			unopened.child.stdin?.end();
			expect(await late.ended).toMatchObject({ ...told, stderr: says });
			expect(recorded(join(dir, "late")).at(-1)?.type).toBe("trail.stopped");
			const { stderr, ...ended } = await unopened.ended;
			expect(ended).toMatchObject(told);
			expect(stderr).toContain("[open_failed]");
			expect(stderr).toContain(says);
		});
	});

	it("[durable.zero_code_ends] ends the stream of a process whose old emit was put back, and its sinks receive the end", async () => {
		await inFolder(async (dir) => {
			const config = join(dir, "tickets.json");
			const path = join(dir, "sink.log");
			const trail = join(dir, "trail");
			writeFileSync(
				config,
				JSON.stringify({ trail: { dir: trail }, sinks: [{ type: "file", path }] }),
			);
			const { child, ended } = start([app("emit-back.mjs")], { MCP_TRAIL_CONFIG: config });
			child.stdin?.end();
			expect(await ended).toMatchObject({
				code: 5,
				signal: null,
				stderr: "told 1 with 5\ntold 2 with 5\nexit 5\n",
			});
			expect(recorded(trail).at(-1)?.type).toBe("trail.stopped");
			// The end that is written at "exit", where nothing waits any more, reaches no sink.
			expect(JSON.parse(lastLine(path))).toMatchObject({ type: "trail.stopped" });
		});
	});

	it("[transparent.zero_code] a process without MCP leaves no trail and says nothing", async () => {
		await inFolder(async (dir) => {
			const trail = join(dir, "trail");
			const code = `process.exitCode = 3 + process.listenerCount("SIGTERM") + process.listenerCount("beforeExit")`;
			const running = start(["-e", code], { MCP_TRAIL_DIR: trail });
			expect(await running.ended).toEqual({ code: 3, signal: null, stdout: "", stderr: "" });
			expect(existsSync(trail)).toBe(false);
		});
	});
});
