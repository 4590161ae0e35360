import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../packages/sinks/src/", import.meta.url);
const POSTER = new URL("http/poster.ts", folder).href;

/** Subpaths of the sinks that speak HTTP: those whose files, or what they import, come to the shared poster. */
export function httpSinks(): readonly string[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
		.filter((name) => /export function \w+Sink\(/u.test(read(new URL(name, folder))))
		.filter((name) => reaches(new URL(name, folder), new Set()))
		.map((name) => name.replace(/\.ts$/u, ""));
}

const read = (file: URL): string => readFileSync(file, "utf8");

function reaches(file: URL, seen: Set<string>): boolean {
	if (file.href === POSTER) return true;
	if (seen.has(file.href)) return false;
	seen.add(file.href);
	const imports = read(file).matchAll(/^(?:import|export)\s(?!type\b)[^;]*?"(\.[^"]+)";/gmu);
	return [...imports].some(([, to = ""]) => reaches(new URL(to, file), seen));
}
