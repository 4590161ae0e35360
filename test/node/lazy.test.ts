import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

const register = fileURLToPath(new URL("../../packages/node/src/register.ts", import.meta.url));

/** Every file that a start loads, before anything is configured: what is imported by statements, from the entry on. */
async function loadedAtOnce(): Promise<readonly string[]> {
	const { metafile } = await build({
		entryPoints: [register],
		bundle: true,
		write: false,
		metafile: true,
		format: "esm",
		platform: "node",
		splitting: true,
		outdir: "nowhere",
		conditions: ["@mcp-trail/source"],
		external: ["@opentelemetry/*", "kafkajs"],
		logLevel: "silent",
	});
	const [entry = ""] = Object.keys(metafile.inputs).filter((name) => register.endsWith(name));
	const seen = new Set([entry]);
	for (const name of seen)
		for (const { kind, path, external } of metafile.inputs[name]?.imports ?? [])
			if (kind === "import-statement" && external !== true) seen.add(path);
	return [...seen];
}

it("[bench.startup] a start loads no judge of files and no destination", async () => {
	const files = await loadedAtOnce();
	expect(files.length).toBeGreaterThan(100);
	expect(
		files.filter((name) => /packages\/sinks\/|\/zod\/|read-config|schema\.ts/.test(name)),
	).toEqual([]);
});
