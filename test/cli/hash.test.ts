import { createHmac, randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestKeysFromFile, fileTrail, openAudit } from "@mcp-trail/audit";
import { instrumentServer } from "@mcp-trail/mcp";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { inProcess } from "./in-process.ts";
import { runCli } from "./run-cli.ts";

const current = randomBytes(32);
const former = randomBytes(32);
let dir: string;
let keyFile: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), "mcp-trail-hash-"));
	keyFile = join(dir, "digest.key");
	const lines = [`2026-11:${current.toString("base64")}`, `2026-10:${former.toString("base64")}`];
	await writeFile(keyFile, `${lines.join("\n")}\n`, { mode: 0o600 });
});
afterAll(() => rm(dir, { recursive: true }));

/** docs/stored-form.md, written out once more. */
const expected = (id: string, key: Buffer, kind: string, text: string): string =>
	`hmac-sha256:${id}:${createHmac("sha256", key).update(`mcp-trail/digest/v1\n${kind}\n${text}`).digest("hex")}\n`;

describe("mcp-trail hash", () => {
	it("[cli.hash] digests arguments in their canonical form with every key of the file", async () => {
		const { stdout, stderr, exitCode } = await inProcess([
			"hash",
			"--kind",
			"arguments",
			"--key-file",
			keyFile,
			'{"b": 1, "_meta": {"progressToken": 1}, "a": "é"}',
		]);
		// A tool may have an argument of that name; in the params of other methods it is metadata.
		const asArguments = '{"_meta":{"progressToken":1},"a":"é","b":1}';
		const asParams = '{"a":"é","b":1}';
		expect(stdout).toBe(
			[asArguments, asParams]
				.flatMap((text) => [
					expected("2026-11", current, "arguments", text),
					expected("2026-10", former, "arguments", text),
				])
				.join(""),
		);
		expect(stderr).toContain("without _meta");
		expect(exitCode).toBe(0);
	});

	it("[cli.hash_equal] [wire.field_rederivable] gives the digests that a recorder wrote of arguments, params, results and URIs", async () => {
		const folder = join(dir, "recorded");
		const audit = openAudit({
			service: "cli-test",
			trail: fileTrail({ dir: folder, durability: "os" }),
			digestKeys: digestKeysFromFile(keyFile),
		});
		const server = instrumentServer(new McpServer({ name: "s", version: "1" }), { audit });
		const answer = { content: [{ type: "text" as const, text: "grüezi" }] };
		server.registerTool("t", { inputSchema: { a: z.number() } }, async () => answer);
		const uri = "mem://u:p@host/x?q=1#f";
		server.registerResource("r", uri, {}, async () => ({ contents: [{ uri, text: "x" }] }));
		const [near, far] = InMemoryTransport.createLinkedPair();
		await server.connect(far);
		await near.start();
		const args = { z: [1.0, "ü"], a: 1, _meta: { hidden: "in the arguments" } };
		const params = { uri, _meta: { progressToken: 1 } };
		await near.send({
			jsonrpc: "2.0",
			id: 1,
			method: "tools/call",
			params: { name: "t", arguments: args },
		});
		await near.send({ jsonrpc: "2.0", id: 2, method: "resources/read", params });
		await new Promise((resolve) => setTimeout(resolve, 50));
		await audit.close();
		const [stream = ""] = await readdir(folder);
		const events = (await readFile(join(folder, stream, "0000000000000001.ndjson"), "utf8"))
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		const of = (method: string) => events.find((event) => event.mcp?.method === method);
		const digests = async (kind: string, value: string): Promise<string> =>
			(await inProcess(["hash", "--kind", kind, "--key-file", keyFile, value])).stdout;
		expect(await digests("arguments", JSON.stringify(args))).toContain(
			of("tools/call").request.digest,
		);
		expect(await digests("arguments", JSON.stringify(params))).toContain(
			of("resources/read").request.digest,
		);
		expect(await digests("result", JSON.stringify(answer))).toContain(
			of("tools/call").response.digest,
		);
		expect(await digests("uri", uri)).toContain(of("resources/read").target.uri_digest);
	}, 30_000);

	it("[cli.hash] digests text from standard input with the key file of the environment", async () => {
		const { stdout } = await runCli(["hash", "--kind", "session"], {
			stdin: "s-1\n",
			env: { MCP_TRAIL_DIGEST_KEY_FILE: keyFile },
		});
		expect(stdout.split("\n")[0]).toBe(expected("2026-11", current, "session", "s-1").trim());
	});

	it("[cli.hash] says so when the trail's key was ephemeral, or is not in the file", async () => {
		const record = async (name: string, digestKeys?: string): Promise<string> => {
			const folder = join(dir, name);
			const audit = openAudit({
				service: "cli-test",
				trail: fileTrail({ dir: folder, durability: "os" }),
				...(digestKeys !== undefined && { digestKeys }),
			});
			await audit.ready;
			await audit.close();
			return folder;
		};
		const args = ["hash", "--kind", "text", "--key-file", keyFile, "x", "--trail"];
		const ephemeral = await inProcess([...args, await record("ephemeral")]);
		expect(ephemeral).toMatchObject({ exitCode: 2, stdout: "" });
		expect(ephemeral.stderr).toContain("was ephemeral");

		const [key] = digestKeysFromFile(keyFile);
		const known = await inProcess([...args, await record("known", keyFile)]);
		expect(known).toMatchObject({ exitCode: 0, stderr: "" });
		expect(known.stdout).toContain(`hmac-sha256:${key.id}:`);

		const otherKey = join(dir, "other.key");
		await writeFile(otherKey, `other:${former.toString("base64")}\n`, { mode: 0o600 });
		const other = await inProcess([...args, await record("other", otherKey)]);
		expect(other.exitCode).toBe(0);
		expect(other.stderr).toContain("also used the key other");
	});

	it("[cli.errors] says what to do, and never shows a key", async () => {
		const secret = current.toString("base64");
		const broken = join(dir, "broken.key");
		await writeFile(broken, `2026-11 ${secret}\n`, { mode: 0o600 });
		const open = join(dir, "open.key");
		await writeFile(open, `2026-11:${secret}\n`);
		await chmod(open, 0o644);
		const cases: readonly [readonly string[], string][] = [
			[["hash", "--kind", "text", "x"], "--key-file"],
			[["hash", "--kind", "text", "--key-file", broken, "x"], "line 1"],
			[["hash", "--kind", "text", "--key-file", open, "x"], "chmod 600"],
			[["hash", "--kind", "arguments", "--key-file", keyFile, "{a:1}"], "needs a JSON value"],
			[["hash", "--kind", "password", "--key-file", keyFile, "x"], "Allowed choices"],
		];
		for (const [args, says] of cases) {
			const { exitCode, stdout, stderr } = await inProcess(args);
			expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: "" });
			expect(stderr).toContain(says);
			expect(stderr).not.toContain(secret);
		}
	});
});
