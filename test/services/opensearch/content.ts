import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SearchClient } from "./client.ts";

const siem = new URL("../../../schemas/siem/", import.meta.url);

/** A file below schemas/siem: the path that it is put to, and its JSON. */
interface Content {
	readonly path: string;
	readonly body: string;
}

/** What lies in a folder such as `opensearch/_index_template`, by name. */
export function contentOf(folder: string): readonly Content[] {
	const [, ...below] = folder.split("/");
	return readdirSync(new URL(folder, siem))
		.toSorted()
		.map((file) => ({
			path: [...below, file.replace(/\.json$/u, "")].join("/"),
			body: readFileSync(fileURLToPath(new URL(`${folder}/${file}`, siem)), "utf8"),
		}));
}

/** Puts the templates of schemas/siem/opensearch into a cluster. */
export async function loadTemplates(client: SearchClient): Promise<void> {
	for (const folder of ["_component_template", "_index_template"])
		for (const { path, body } of contentOf(`opensearch/${folder}`))
			await client.call("PUT", `/${path}`, body);
}
