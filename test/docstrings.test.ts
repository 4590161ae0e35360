import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const sources = readdirSync(join(root, "packages"), { recursive: true, encoding: "utf8" })
	.filter((name) => /^[^/]+\/src\/.*\.ts$/.test(name) && !name.endsWith(".test.ts"))
	.map((name) => join(root, "packages", name));

/** The code of each `@example` in a file, without the comment's stars. */
function examples(file: string): string[] {
	return [
		...readFileSync(file, "utf8").matchAll(
			/@example[^\n]*\n((?:\s*\*[^/\n]*\n|\s*\*.*\n)*?)\s*\*(?:\/|\s*@)/g,
		),
	].map(([, block = ""]) =>
		block
			.split("\n")
			.map((line) => line.replace(/^\s*\* ?/, ""))
			.filter((line) => !line.startsWith("```"))
			.join("\n"),
	);
}

/** Where a name comes from that an example uses without importing it: our own entries, and what every host has. */
const origins = new Map<string, string>([
	["McpServer", "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';"],
	["Client", "import { Client } from '@modelcontextprotocol/sdk/client/index.js';"],
	["test", "import { test } from 'vitest';"],
	["server", "declare const server: import('@modelcontextprotocol/sdk/server/mcp.js').McpServer;"],
	["client", "declare const client: import('@modelcontextprotocol/sdk/client/index.js').Client;"],
	["audit", "declare const audit: import('@mcp-trail/audit').Audit;"],
	["createReadStream", "import { createReadStream } from 'node:fs';"],
	["createMcpHandler", "import { createMcpHandler } from '@modelcontextprotocol/server';"],
	[
		"buildServer",
		"declare const buildServer: () => import('@modelcontextprotocol/server').McpServer;",
	],
	["line", "declare const line: string;"],
	["streamId", "declare const streamId: string;"],
	["event", "declare const event: import('@mcp-trail/event').AuditEvent;"],
	["stored", "declare const stored: import('@mcp-trail/event').StoredEvent;"],
	["next", "declare const next: import('@mcp-trail/event').AuditEvent;"],
	["context", "declare const context: import('@mcp-trail/audit').TrailContext;"],
	["url", "declare const url: string;"],
	[
		"mySink",
		"declare const mySink: (options: { url: string }) => import('@mcp-trail/audit').Sink;",
	],
	["destination", "declare const destination: { ids(): string[] };"],
]);
for (const [entry, specifier] of [
	["event/src/index.ts", "@mcp-trail/event"],
	["event/src/schema.ts", "@mcp-trail/event/schema"],
	["integrity/src/index.ts", "@mcp-trail/integrity"],
	["audit/src/index.ts", "@mcp-trail/audit"],
	["audit/src/testing.ts", "@mcp-trail/audit/testing"],
	["mcp/src/index.ts", "@mcp-trail/mcp"],
	["mcp/src/http.ts", "@mcp-trail/mcp/http"],
	["formats/src/index.ts", "@mcp-trail/formats"],
	["sinks/src/kafka.ts", "@mcp-trail/sinks/kafka"],
	["sinks/src/console.ts", "@mcp-trail/sinks/console"],
] as const) {
	const text = readFileSync(join(root, "packages", entry), "utf8");
	const lists = [...text.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(
		([, isType = "", list = ""]) =>
			list
				.split(",")
				.map((item) => ({ isType: isType !== "", name: item.trim().split(" as ").at(-1) ?? "" })),
	);
	const declared = [...text.matchAll(/export (?:async )?function (\w+)/g)].map(([, name = ""]) => ({
		isType: false,
		name,
	}));
	for (const exported of [...lists, ...declared]) {
		if (/^\w+$/.test(exported.name)) {
			origins.set(
				exported.name,
				`import ${exported.isType ? "type " : ""}{ ${exported.name} } from '${specifier}';`,
			);
		}
	}
}

/** The example with what it takes for granted written before it. */
function whole(code: string): string {
	const bare = code.replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '""');
	const used = new Set([...bare.matchAll(/(?<![.\w])[A-Za-z_]\w*(?!\w*:)/g)].map(([name]) => name));
	const own = new Set(
		[...code.matchAll(/(?:const|let|function|class)\s+(?:\{([^}]*)\}|(\w+))/g)].flatMap(
			([, list = "", name = ""]) => [...list.split(",").map((item) => item.trim()), name],
		),
	);
	const imported = new Set(
		[...code.matchAll(/import[^;]*?\{([^}]*)\}/g)].flatMap(([, list = ""]) =>
			list.split(",").map((item) => item.trim().replace(/^type /, "")),
		),
	);
	const prelude = [...used]
		.filter((name) => !own.has(name) && !imported.has(name))
		.map((name) => origins.get(name) ?? "");
	return [...prelude, code, "export {};\n"].join("\n");
}

/** Exports of a root entry that a user calls first; each shows how. */
const CALLED_FIRST: readonly (readonly [name: string, file: RegExp])[] = [
	["openAudit", /audit\/src\//],
	["fileTrail", /audit\/src\//],
	["memoryTrail", /audit\/src\//],
	["instrumentServer", /mcp\/src\//],
	["instrumentClient", /mcp\/src\//],
	["instrumentation", /mcp\/src\//],
	["kafkaSink", /sinks\/src\//],
	["verify", /integrity\/src\//],
	["validate", /event\/src\//],
];

describe("docstrings", () => {
	it("[docs.examples_compile] every @example compiles", () => {
		const folder = mkdtempSync(join(import.meta.dirname, "docstring-"));
		try {
			const all = sources.flatMap((file) => examples(file).map((code) => ({ file, code })));
			expect(all.length).toBeGreaterThan(5);
			all.forEach(({ file, code }, index) =>
				writeFileSync(
					join(folder, `example-${index}.ts`),
					`// ${relative(root, file)}\n${whole(code)}`,
				),
			);
			writeFileSync(
				join(folder, "tsconfig.json"),
				JSON.stringify({
					extends: "../../tsconfig.json",
					compilerOptions: { noUnusedLocals: false },
					include: ["*.ts"],
				}),
			);
			let said = "";
			try {
				execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
			} catch (error) {
				said = (error as { readonly stdout: string }).stdout.replaceAll(
					/example-(\d+)\.ts/g,
					(name, index: string) => `${relative(root, all[Number(index)]?.file ?? "")} (${name})`,
				);
			}
			expect(said).toBe("");
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});

	it.each(CALLED_FIRST)("[docs.examples_compile] %s has an @example", (name, place) => {
		const declared = sources
			.filter((file) => place.test(file))
			.map((file) => readFileSync(file, "utf8"))
			.filter((text) => new RegExp(`export (?:async )?function ${name}\\b`).test(text));
		expect(declared).toHaveLength(1);
		const before =
			(declared[0] ?? "").split(new RegExp(`export (?:async )?function ${name}\\b`))[0] ?? "";
		expect(before.slice(before.lastIndexOf("/**"))).toContain("@example");
	});
});
