import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** One installed copy of an MCP SDK. */
export interface SdkCopy {
	readonly package: string;
	readonly version: string;
	readonly path: string;
	/** Files of its classes are where register looks for them. */
	readonly hooked: boolean;
}

const packages = ["sdk", "server", "client"];
const MAX_FOLDERS = 20_000;
const MAX_DEPTH = 8;

/** Every copy below the `node_modules` of a folder and of those above it; `isHooked` judges a file by its path. */
export async function sdkCopies(
	folder: string,
	isHooked: (file: string) => boolean,
): Promise<readonly SdkCopy[]> {
	const found = new Map<string, SdkCopy>();
	let left = MAX_FOLDERS;

	async function look(modules: string, depth: number): Promise<void> {
		if (depth > MAX_DEPTH || left-- <= 0) return;
		for (const name of await names(modules)) {
			if (name.startsWith(".")) {
				// pnpm keeps what is installed in `.pnpm/<package>/node_modules`.
				if (name === ".pnpm")
					for (const one of await names(join(modules, name)))
						await look(join(modules, name, one, "node_modules"), depth + 1);
				continue;
			}
			const path = join(modules, name);
			const inside = name.startsWith("@") ? await names(path) : [""];
			for (const one of inside) {
				const isSdk = name === "@modelcontextprotocol" && packages.includes(one);
				if (isSdk) await take(join(path, one), `${name}/${one}`);
				await look(join(path, one, "node_modules"), depth + 1);
			}
		}
	}

	async function take(path: string, name: string): Promise<void> {
		const real = await realpath(path).catch(() => path);
		if (found.has(real)) return;
		const manifest: unknown = await readFile(join(real, "package.json"), "utf8")
			.then((text): unknown => JSON.parse(text))
			.catch(() => undefined);
		const version =
			typeof manifest === "object" && manifest !== null && "version" in manifest
				? String(manifest.version)
				: "unknown";
		const files = await readdir(join(real, "dist"), { recursive: true }).catch(() => []);
		// A link's target keeps the name that register knows it by only where its folder has it.
		const hooked = files.some((file) => isHooked(join(real, "dist", file)));
		found.set(real, { package: name, version, path: real, hooked });
	}

	for (let at = folder; ; at = dirname(at)) {
		await look(join(at, "node_modules"), 0);
		if (dirname(at) === at) break;
	}
	return [...found.values()];
}

const names = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

/** A path as a person at this folder reads it. */
export function shortPath(from: string, path: string): string {
	const short = relative(from, path);
	return short === "" || short.startsWith("..") ? path : short;
}
