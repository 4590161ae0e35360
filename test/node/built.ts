import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../..");
const sources = join(root, "packages/node/src");
const entries = {
	register: "register.ts",
	load: "hook/load.ts",
	loaded: "hook/loaded.ts",
	probe: "hook/probe.ts",
};

/** Register as it is published, without a loader of TypeScript before it: in a folder of its own, whose name begins so, with all that it needs. */
export async function builtRegister(
	prefix = "register-",
): Promise<{ readonly file: string; remove(): void }> {
	const cache = join(root, ".cache");
	mkdirSync(cache, { recursive: true });
	// Below the packages that stay outside.
	const folder = mkdtempSync(join(cache, prefix));
	const imports = ["load", "loaded", "probe"].map((name) => [`#${name}`, `./${name}.js`]);
	const manifest = { type: "module", imports: Object.fromEntries(imports) };
	writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
	await build({
		entryPoints: Object.fromEntries(
			Object.entries(entries).map(([name, file]) => [name, join(sources, file)]),
		),
		outdir: folder,
		bundle: true,
		splitting: true,
		format: "esm",
		platform: "node",
		target: "node20.19",
		conditions: ["@mcp-trail/source"],
		external: ["#load", "#loaded", "#probe", "@opentelemetry/*", "kafkajs"],
		banner: {
			js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
		},
		logLevel: "warning",
	});
	return {
		file: join(folder, "register.js"),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}
