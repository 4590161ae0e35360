import { fileURLToPath } from "node:url";
import { typesFile } from "./types-file.ts";

const root = new URL("../../../", import.meta.url);

/** Every generated file, by absolute path. */
export function generated(): ReadonlyMap<string, string> {
	const at = (path: string): string => fileURLToPath(new URL(path, root));
	return new Map([[at("packages/event/src/types.gen.ts"), typesFile()]]);
}
