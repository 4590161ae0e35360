import { fileURLToPath } from "node:url";
import { mappings } from "../src/formats.ts";
import { sep3004Mapping } from "../src/sep3004.ts";
import { docsFile } from "./docs-file.ts";
import { golden } from "./golden.ts";
import { ocsfExtensionFiles } from "./ocsf-extension.ts";
import { searchContent } from "./search-content.ts";

const root = new URL("../../../", import.meta.url);

/** Where the golden files are. */
export const goldenFolder = new URL("schemas/siem/golden/", root);

/** The formats, and the one that needs more than the event. */
const documented = [...mappings, sep3004Mapping];

/** Every generated file: absolute path and text. */
export function generated(): ReadonlyMap<string, string> {
	const files = [...golden(documented)].map(([path, text]): [string, string] => [
		fileURLToPath(new URL(path, goldenFolder)),
		text,
	]);
	return new Map([
		[fileURLToPath(new URL("docs/formats.md", root)), docsFile(documented)],
		...files,
		...[...searchContent(), ...ocsfExtensionFiles()].map(([path, text]): [string, string] => [
			fileURLToPath(new URL(`schemas/siem/${path}`, root)),
			text,
		]),
	]);
}
