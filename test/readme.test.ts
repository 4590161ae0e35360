import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, compiledFolder } from "./compiled.ts";

const root = join(import.meta.dirname, "..");
const pages = [
	"README.md",
	...readdirSync(join(root, "docs"))
		.filter((name) => name.endsWith(".md"))
		.map((name) => `docs/${name}`),
	...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
];

/** Run as they are written by the suites of their destinations. */
const walkthroughs = readdirSync(join(root, "docs/siem")).map((name) => `docs/siem/${name}`);

interface Snippet {
	readonly page: string;
	readonly line: number;
	readonly code: string;
}

/** The TypeScript snippets of a page. */
function snippets(page: string): Snippet[] {
	const text = readFileSync(join(root, page), "utf8");
	return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => ({
		page,
		line: text.slice(0, match.index).split("\n").length,
		code: match[1] ?? "",
	}));
}

/** Pages of a folder that its index does not name. */
function unlisted(folder: string): string[] {
	const index = readFileSync(join(root, folder, "README.md"), "utf8");
	return readdirSync(join(root, folder))
		.filter((name) => name !== "README.md" && name.endsWith(".md"))
		.filter((name) => !index.includes(`](${name})`));
}

describe("documentation", () => {
	it.each(pages.flatMap(snippets))(
		"[docs.snippets] $page line $line runs as it stands",
		async ({ code }) => {
			const folder = compiledFolder("snippet-");
			try {
				const snippet = join(folder, "snippet.ts");
				writeFileSync(snippet, code);
				await compile({ snippet }, folder);
				const { status, stderr } = spawnSync(process.execPath, ["snippet.mjs"], {
					cwd: folder,
					encoding: "utf8",
					timeout: 20_000,
				});
				expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
			} finally {
				rmSync(folder, { recursive: true, force: true });
			}
		},
	);

	it("[docs.snippets] every snippet compiles under the strictest settings of a user", () => {
		const folder = mkdtempSync(join(import.meta.dirname, "snippet-"));
		try {
			const all = [...pages, ...walkthroughs].flatMap(snippets);
			for (const { page, line, code } of all)
				writeFileSync(join(folder, `${page.replaceAll("/", "_")}_${line}.ts`), code);
			writeFileSync(
				join(folder, "tsconfig.json"),
				JSON.stringify({
					extends: "../../tsconfig.json",
					compilerOptions: { noUnusedLocals: false, noPropertyAccessFromIndexSignature: true },
					include: ["*.ts"],
				}),
			);
			const { stdout, status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], {
				encoding: "utf8",
			});
			expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});

	it("[docs.links] every relative link of a page leads somewhere", () => {
		const broken = [...pages, ...walkthroughs, "CONTRIBUTING.md", "SECURITY.md"].flatMap((page) =>
			[...readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
				.map(([, target = ""]) => join(root, page, "..", target))
				.filter((path) => {
					try {
						readFileSync(path);
						return false;
					} catch (error) {
						return (error as NodeJS.ErrnoException).code !== "EISDIR";
					}
				}),
		);
		expect(broken).toEqual([]);
	});

	it.each(readdirSync(join(root, "packages")))(
		"[docs.entries] the page of packages/%s lists the entries it exports, and no other",
		(folder) => {
			const text = (name: string) => readFileSync(join(root, "packages", folder, name), "utf8");
			const { name, exports }: { name: string; exports: object } = JSON.parse(text("package.json"));
			const [, listed = ""] = /^Entries: (.*)$/m.exec(text("README.md")) ?? [];
			expect(listed.match(new RegExp(`(?<=\`)${name}[^\`]*`, "gu"))).toEqual(
				Object.keys(exports)
					.filter((entry) => entry !== "./package.json")
					.map((entry) => entry.replace(/^\./u, name))
					.toSorted(),
			);
		},
	);

	it("[docs.index] every page of the docs stands in their index, every decision in its own", () => {
		expect(["docs", "docs/siem", "docs/decisions"].flatMap(unlisted)).toEqual([]);
	});

	it("[docs.architecture] every package, its name, and every folder of tests is explained", () => {
		const text = readFileSync(join(root, "docs/architecture.md"), "utf8");
		const folders = (path: string) =>
			readdirSync(join(root, path), { withFileTypes: true })
				.filter(
					(entry) => entry.isDirectory() && !/^(?:node_modules|docstring-.*)$/.test(entry.name),
				)
				.map(({ name }) => name);
		const names = folders("packages").map(
			(folder) =>
				JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")).name,
		);
		const inside = folders("packages/mcp/src").filter((name) => name !== "testing");
		const tests = folders("test").map((name) => `test/${name}`);
		expect([...names, ...inside, ...tests].filter((name) => !text.includes(`\`${name}\``))).toEqual(
			[],
		);
	});

	it("[docs.short] the README is two screens at most", () => {
		expect(readFileSync(join(root, "README.md"), "utf8").split("\n").length).toBeLessThanOrEqual(
			100,
		);
	});
});
