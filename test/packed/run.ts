/** Packs every published package, installs the tarballs into an empty ESM and an empty CommonJS project, and uses them there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const work = mkdtempSync(join(tmpdir(), "mcp-trail-packed-"));

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly bin?: Record<string, string>;
	readonly exports: Record<string, unknown>;
}

const run = (cwd: string, command: string, ...args: string[]): string =>
	execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const manifests = readdirSync(join(root, "packages")).map(
	(folder) =>
		JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as Manifest,
);
/** Not imported by a program: it sets a process up before its program starts. */
const register = "@mcp-trail/node/register";
/** Every entry that a user can import. */
const entries = manifests
	.flatMap((manifest) =>
		Object.keys(manifest.exports)
			.filter((key) => key !== "./package.json")
			.map((key) => manifest.name + key.slice(1)),
	)
	.filter((entry) => entry !== register);
const tarballs = manifests.map((manifest) => {
	const [packed] = JSON.parse(
		run(root, "npm", "pack", "--json", "--workspace", manifest.name, "--pack-destination", work),
	) as [{ filename: string }];
	return join(work, packed.filename);
});

/** What `mcp-trail verify` says of a trail, in short; it throws where there is a fault. */
const verify = (folder: string, trail: string): string =>
	run(folder, "npx", "--no-install", "mcp-trail", "verify", trail, "--json")
		.slice(0, 160)
		.replaceAll(/\s+/g, " ");

/** One call from the wire to a verified line, as a user of the packed packages writes it. */
const use = `
const server = new McpServer({ name: "packed", version: "1.0.0" });
server.registerTool("hello", { description: "Says hello" }, async () => ({ content: [{ type: "text", text: "hello" }] }));
const dir = path.join(process.cwd(), "trail");
const audit = openAudit({ service: "packed", trail: fileTrail({ dir }) });
instrumentServer(server, { audit });
const [here, there] = InMemoryTransport.createLinkedPair();
const client = instrumentClient(new Client({ name: "packed-client", version: "1.0.0" }), { audit });
await Promise.all([server.connect(here), client.connect(there)]);
await client.callTool({ name: "hello" });
await client.close();
const report = await audit.close();
if (report.lost !== 0 || !report.clean) throw new Error("lost or unclean: " + JSON.stringify(report));
console.log("recorded", report.recorded);
`;
const names: Record<string, string> = {
	path: "node:path",
	"{ McpServer }": "@modelcontextprotocol/sdk/server/mcp.js",
	"{ Client }": "@modelcontextprotocol/sdk/client/index.js",
	"{ InMemoryTransport }": "@modelcontextprotocol/sdk/inMemory.js",
	"{ fileTrail, openAudit }": "@mcp-trail/audit",
	"{ instrumentClient, instrumentServer }": "@mcp-trail/mcp",
};
const imports = Object.entries(names).map(([what, from]) => `import ${what} from "${from}";`);
const requires = Object.entries(names).map(([what, from]) => `const ${what} = require("${from}");`);
const load = (how: (entry: string) => string): string => entries.map(how).join("\n");
const programs = {
	module: `${imports.join("\n")}\n${load((entry) => `await import("${entry}");`)}\n${use}`,
	commonjs: `${requires.join("\n")}\n${load((entry) => `require("${entry}");`)}\n(async () => {${use}})().catch((error) => { console.error(error); process.exit(1); });`,
};

for (const [type, program] of Object.entries(programs)) {
	const folder = join(work, type);
	mkdirSync(folder);
	writeFileSync(
		join(folder, "package.json"),
		JSON.stringify({ name: `packed-${type}`, private: true, type }),
	);
	run(
		folder,
		"npm",
		"install",
		"--silent",
		"--no-audit",
		"--no-fund",
		...tarballs,
		"@modelcontextprotocol/sdk@1.32.2",
		"@opentelemetry/api@1.9.1",
		"kafkajs@2.2.4",
		"zod@4.6.7",
	);
	// As an editor, and a consumer's own validator, find them; the first refers to the second.
	for (const schema of [
		"node/dist/mcp-trail.schema.json",
		"node/dist/sinks.schema.json",
		"event/dist/1.0.schema.json",
		"event/dist/1.reader.schema.json",
	])
		JSON.parse(readFileSync(join(folder, "node_modules/@mcp-trail", schema), "utf8"));
	writeFileSync(join(folder, "main.js"), program);
	const said = run(folder, process.execPath, "main.js");
	const verdict = verify(folder, "trail");
	console.log(`${type}: ${entries.length} entries load; ${said.trim()}; verify says ${verdict}`);
	// The same program, which knows nothing of the second trail.
	process.env["MCP_TRAIL_DIR"] = join(folder, "second");
	process.env["MCP_TRAIL_TRACES"] = "false";
	run(folder, process.execPath, "--import", register, "main.js");
	console.log(`${type} under register: verify says ${verify(folder, "second")}`);
	delete process.env["MCP_TRAIL_DIR"];
}
rmSync(work, { recursive: true, force: true });
console.log(`${entries.length * 2 + 2} passed, 0 failed`);
