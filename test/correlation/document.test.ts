import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AUDIT_EXTENSION as ID } from "@mcp-trail/mcp";
import { afterAll, expect, it } from "vitest";
import { type Build, connect, side, text } from "./world.ts";
import { as } from "../mcp/support.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/correlation.md"), "utf8");

const paying: Build = (server) => {
	server.registerTool(
		"pay",
		as({}),
		as(async () => text("paid")),
	);
};

const folder = mkdtempSync(join(tmpdir(), "mcp-trail-rebuild-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("[docs.correlation_query] the program of docs/correlation.md rebuilds an operation, and keeps principals apart", async () => {
	const [, program = ""] = /```js\n([^]*?)```/u.exec(page) ?? [];
	const file = join(folder, "rebuild.mjs");
	writeFileSync(file, program);
	const far = side(true);
	let who = "alice";
	const { client } = await connect(
		"v2 modern",
		paying,
		{ server: far },
		{
			authInfo: () => ({
				token: "t",
				clientId: "c",
				scopes: [],
				extra: { iss: "https://idp", sub: who },
			}),
		},
	);
	const pay = (block: object) =>
		client.callTool({ name: "pay", _meta: { [ID]: { v: "1.0", operationId: "op-1", ...block } } });
	await pay({ attempt: 2 });
	await pay({ attempt: 1 });
	await pay({ hop: 1 });
	await pay({ operationId: "op-2" });
	who = "mallory";
	await pay({});
	const output = execFileSync(process.execPath, [file, "op-1"], {
		input: far.audit.events.map((event) => JSON.stringify(event)).join("\n"),
		encoding: "utf8",
	});
	expect(output).toBe(
		[
			"https://idp alice",
			"hop 0 server of test, attempt 1, leg 0: pay success",
			"hop 0 server of test, attempt 2, leg 0: pay success",
			"hop 1 server of test, attempt 1, leg 0: pay success",
			"https://idp mallory",
			"hop 0 server of test, attempt 1, leg 0: pay success",
			"",
		].join("\n"),
	);
});
