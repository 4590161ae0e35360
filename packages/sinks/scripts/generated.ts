import { fileURLToPath } from "node:url";
import { docsFile } from "./docs-file.ts";
import { schemaFile } from "./schema-file.ts";

const root = new URL("../../../", import.meta.url);

/** Every generated file: absolute path and text. */
export function generated(): ReadonlyMap<string, string> {
	return new Map([
		[fileURLToPath(new URL("schemas/config/sinks.schema.json", root)), schemaFile()],
		[fileURLToPath(new URL("docs/sinks-config.md", root)), docsFile()],
	]);
}
