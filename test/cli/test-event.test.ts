import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "./in-process.ts";
import { runCli } from "./run-cli.ts";

let dir: string;
let server: Server;
let url: string;
let answer: { status: number; wait?: boolean } = { status: 204 };
const bodies: string[] = [];

beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), "mcp-trail-test-event-"));
	server = createServer((request, response) => {
		let body = "";
		request.setEncoding("utf8").on("data", (text: string) => (body += text));
		request.on("end", () => {
			bodies.push(body);
			if (answer.wait !== true) response.writeHead(answer.status).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	url = `http://127.0.0.1:${port}/hook`;
});
afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
	await rm(dir, { recursive: true });
});

/** A configuration in a file of its own. */
async function config(sinks: readonly object[]): Promise<string> {
	const file = join(dir, `${String(Math.random()).slice(2)}.json`);
	await writeFile(file, JSON.stringify({ sinks }));
	return file;
}

const secretFile = async (): Promise<{ file: string }> => {
	const file = join(dir, "secret");
	await writeFile(file, `whsec_${Buffer.alloc(32, 7).toString("base64")}\n`);
	return { file };
};

describe("mcp-trail test-event", () => {
	it("[cli.test_event] takes the sinks of a configuration of zero-code set-up, too", async () => {
		answer = { status: 204 };
		const whole = join(dir, "mcp-trail.config.json");
		const sinks = [{ type: "webhook", url, secret: await secretFile() }];
		await writeFile(whole, JSON.stringify({ service: "tickets", level: "metadata", sinks }));
		const { exitCode, stdout } = await inProcess([
			"test-event",
			"--to",
			"webhook",
			"--config",
			whole,
		]);
		expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
		await writeFile(whole, JSON.stringify({ service: "tickets" }));
		const none = await inProcess(["test-event", "--to", "webhook", "--config", whole]);
		expect(none).toMatchObject({ exitCode: 2 });
		expect(none.stderr).toContain("has no sinks");
	});

	it("[cli.test_event] says which event was acknowledged where", async () => {
		answer = { status: 204 };
		const hook = { type: "webhook", name: "hook", url, secret: await secretFile() };
		const file = await config([hook, { type: "file", path: join(dir, "not-asked") }]);
		const run = await inProcess(["test-event", "--to", "hook", "--config", file]);
		const { id, type } = JSON.parse(bodies.at(-1) ?? "");
		expect(run).toEqual({
			exitCode: 0,
			stdout: expect.stringMatching(
				new RegExp(`^hook \\(webhook\\): event ${id} acknowledged; .* \\([0-9]+ ms\\)\\n$`),
			),
			stderr: "",
		});
		expect(type).toBe("ext.mcp-trail.probe");
		await expect(readFile(join(dir, "not-asked"))).rejects.toThrow("ENOENT");
	});

	it("[cli.test_event] sends to all, each with an event of its own, and says what best effort is", async () => {
		const path = join(dir, "audit.ndjson");
		const file = await config([
			{ type: "file", path },
			{ type: "file", name: "second", path: `${path}.2`, sync: false },
		]);
		const { exitCode, stdout } = await inProcess(["test-event", "--to", "all", "--config", file]);
		const [first = "", second = ""] = stdout.split("\n");
		expect(first).toMatch(/^file: event [0-9a-f-]{36} acknowledged; /);
		expect(second).toMatch(
			/^second \(file\): event [0-9a-f-]{36} handed over; .*acknowledges nothing/,
		);
		expect(first).toContain(JSON.parse(await readFile(path, "utf8")).id);
		expect(second).toContain(JSON.parse(await readFile(`${path}.2`, "utf8")).id);
		expect(exitCode).toBe(0);
		const byType = await inProcess(["test-event", "--to", "file", "--config", file]);
		expect(byType.stdout.split("\n")).toHaveLength(2);
	});

	it("[cli.test_event] exits with 1 and says code, remedy and what a pipeline would do", async () => {
		answer = { status: 401 };
		const missing = { env: "MCP_TRAIL_TEST_NOT_SET" };
		const file = await config([
			{ type: "webhook", name: "refusing", url, secret: await secretFile() },
			{ type: "webhook", name: "unset", url, secret: missing },
			{ type: "file", path: join(dir, "goes-on") },
		]);
		const run = await inProcess(["test-event", "--to", "all", "--config", file]);
		expect(run.exitCode).toBe(1);
		expect(run.stdout).toMatch(/^refusing \(webhook\): event \S+ NOT delivered: unauthorized, /);
		expect(run.stdout).toContain("unset (webhook): event");
		expect(run.stdout).toContain("MCP_TRAIL_TEST_NOT_SET of `secret` is not set. Set it;");
		expect(run.stdout).toContain("A pipeline would hold");
		expect(run.stdout).toMatch(/\nfile: event \S+ acknowledged/);
		const json = await inProcess(["test-event", "--to", "all", "--config", file, "--json"]);
		const lines = json.stdout.trimEnd().split("\n");
		expect(lines.map((line) => JSON.parse(line))).toMatchObject([
			{ sink: "refusing", type: "webhook", ok: false, code: "unauthorized", verdict: "hold" },
			{ sink: "unset", ok: false, code: "secret_unreadable", verdict: "hold" },
			{ sink: "file", type: "file", ok: true, delivery: "at_least_once" },
		]);
	});

	it("[cli.test_event] waits no longer than it is told", async () => {
		answer = { status: 204, wait: true };
		const file = await config([{ type: "webhook", url, secret: await secretFile() }]);
		const args = ["test-event", "--to", "webhook", "--config", file, "--timeout-ms", "100"];
		const run = await inProcess([...args, "--json"]);
		expect(JSON.parse(run.stdout)).toMatchObject({ ok: false, code: "test_timeout" });
		expect(run.exitCode).toBe(1);
	});

	it("[docs.errors] its own code stands in docs/errors.md, with the words it is told in", async () => {
		const docs = await readFile(new URL("../../docs/errors.md", import.meta.url), "utf8");
		const section = docs.split("\n## ").find((part) => part.startsWith("`mcp-trail`")) ?? "";
		answer = { status: 204, wait: true };
		const file = await config([{ type: "webhook", url, secret: await secretFile() }]);
		const args = ["test-event", "--to", "webhook", "--config", file, "--timeout-ms", "50"];
		const { code, message } = JSON.parse((await inProcess([...args, "--json"])).stdout);
		const rows = section.split("\n").filter((line) => line.startsWith("| `"));
		expect(rows.map((row) => row.split("`")[1])).toEqual([code]);
		const remedy = String(message).slice(String(message).indexOf("Check "));
		expect(rows[0]?.replaceAll("`", "")).toContain(remedy);
	});

	it("[cli.interrupt] an interrupt ends it at once", async () => {
		answer = { status: 204, wait: true };
		const file = await config([{ type: "webhook", url, secret: await secretFile() }]);
		const stop = new AbortController();
		setTimeout(() => stop.abort(), 50);
		const run = await inProcess(["test-event", "--to", "all", "--config", file], {
			signal: stop.signal,
		});
		expect(run).toEqual({ exitCode: 2, stdout: "", stderr: "" });
	});

	it("[cli.errors] a configuration that is wrong exits with 2 and says all that is", async () => {
		const file = await config([
			{ type: "fil", path: "x" },
			{ type: "file", pth: "x" },
		]);
		const wrong = await inProcess(["test-event", "--to", "all", "--config", file]);
		expect(wrong).toMatchObject({ exitCode: 2, stdout: "" });
		expect(wrong.stderr).toBe(
			`mcp-trail: ${file}:
  sinks[0].type is no sink that is built in. Did you mean file? A sink of your own goes into openAudit({ sinks }) in code.
  sinks[1].path is missing; it takes text.
  sinks[1].pth is no option of this sink. Did you mean path?
`,
		);
		const good = await config([{ type: "console" }]);
		const other = await inProcess(["test-event", "--to", "splunk", "--config", good]);
		expect(other.stderr).toContain("has no sink splunk. Give --to one of console, or all.");
		const absent = await inProcess(["test-event", "--to", "all", "--config", join(dir, "none")]);
		expect(absent.stderr).toContain("does not exist. Check the path.");
		expect([other.exitCode, absent.exitCode]).toEqual([2, 2]);
	});

	it("[cli.test_event] works as a process, with secrets of its environment", async () => {
		answer = { status: 204 };
		const file = await config([{ type: "webhook", url, secret: { env: "MCP_TRAIL_TEST_HOOK" } }]);
		const { exitCode, stdout, stderr } = await runCli(
			["test-event", "--to", "webhook", "--config", file],
			{ env: { MCP_TRAIL_TEST_HOOK: `whsec_${Buffer.alloc(32, 7).toString("base64")}` } },
		);
		expect(stdout).toMatch(/^webhook: event \S+ acknowledged/);
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
	});
});
