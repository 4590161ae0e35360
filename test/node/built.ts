import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";
import { BUNDLED, compiledFolder } from "../compiled.ts";
import { type Running, startNode } from "./untouched.ts";

const sources = join(import.meta.dirname, "../../packages/node/src");
const entries = {
	register: "register.ts",
	load: "hook/load.ts",
	loaded: "hook/loaded.ts",
	probe: "hook/probe.ts",
};

/** Register as it is published, without a loader of TypeScript before it: in a folder of its own, whose name begins so, with all that it needs. */
export async function builtRegister(
	prefix: string,
): Promise<{ readonly file: string; remove(): void }> {
	const folder = compiledFolder(prefix);
	const imports = ["load", "loaded", "probe"].map((name) => [`#${name}`, `./${name}.js`]);
	const manifest = { type: "module", imports: Object.fromEntries(imports) };
	writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
	await build({
		...BUNDLED,
		entryPoints: Object.fromEntries(
			Object.entries(entries).map(([name, file]) => [name, join(sources, file)]),
		),
		outdir: folder,
		external: ["#load", "#loaded", "#probe", "@opentelemetry/*", "kafkajs"],
		banner: {
			// Under a name that no file of the bundle has.
			js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
		},
	});
	return {
		file: join(folder, "register.js"),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

/** Builds register before the tests of a file, and removes it after them. */
export function registerForTests() {
	let built: Awaited<ReturnType<typeof builtRegister>>;
	beforeAll(async () => {
		built = await builtRegister("register-");
	});
	afterAll(() => built.remove());
	return {
		/** Where it is, once tests run. */
		file: (): string => built.file,
		/** Starts a program; with `env` it runs under register. */
		start: (
			program: readonly string[],
			env?: Readonly<Record<string, string>>,
			cwd?: string,
		): Running => {
			const under = env === undefined ? [] : ["--import", built.file];
			return startNode([...under, ...program], env, cwd);
		},
	};
}
