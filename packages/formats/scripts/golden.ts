import type { Mapping } from "../src/mapping.ts";
import { examples } from "./examples.ts";

/** Every golden file: path below schemas/siem/golden and text. */
export function golden(mappings: readonly Mapping[]): ReadonlyMap<string, string> {
	const files = new Map<string, string>();
	for (const { format } of mappings)
		for (const [name, event] of examples()) {
			const said = format.project(event);
			const [ending, text] =
				typeof said === "string" ? ["txt", said] : ["json", JSON.stringify(said, null, "\t")];
			files.set(`${format.name}/${name}.${ending}`, `${text}\n`);
		}
	return files;
}
