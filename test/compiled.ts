// Programs that tests start in processes of their own, compiled before: starting one by tsx costs a second of CPU each time.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { afterAll, beforeAll } from "vitest";

const root = join(import.meta.dirname, "..");

/** An empty folder below the packages that stay outside of what is compiled. */
export function compiledFolder(prefix: string): string {
	const cache = join(root, ".cache");
	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, prefix));
	// Some are run as another user.
	chmodSync(folder, 0o755);
	return folder;
}

/** What others publish is loaded as its users load it. */
const ownPackagesOnly: Plugin = {
	name: "own-packages-only",
	setup(compilation) {
		compilation.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
			kind === "entry-point" || path.startsWith("@mcp-trail/")
				? undefined
				: { path, external: true },
		);
	},
};

/** How what runs in a process of its own is bundled from source. */
export const BUNDLED = {
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node20.19",
	conditions: ["@mcp-trail/source"],
	logLevel: "warning",
} satisfies BuildOptions;

/** Compiles TypeScript programs of this repository, by the names they shall have, into a folder of {@link compiledFolder}. */
export async function compile(
	programs: Readonly<Record<string, string>>,
	folder: string,
): Promise<void> {
	await build({
		...BUNDLED,
		entryPoints: programs,
		outdir: folder,
		outExtension: { ".js": ".mjs" },
		plugins: [ownPackagesOnly],
	});
}

/** Compiles a program before the tests of a file, and removes it after them; what is returned says where it is in between. */
export function compiled(file: string): () => string {
	let folder = "";
	const name = basename(file, ".ts");
	beforeAll(async () => {
		folder = compiledFolder(`${name}-`);
		await compile({ [name]: file }, folder);
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	return () => join(folder, `${name}.mjs`);
}
