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
					`// ${relative(root, file)}\n${code}\nexport {};\n`,
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
