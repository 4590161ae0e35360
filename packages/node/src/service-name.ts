import { readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cleanText } from "@mcp-trail/event";

const MAX_CHARACTERS = 128;

/** The name of the package that a program belongs to, else that of its file. */
export function serviceName(main: string | undefined): string {
	if (main === undefined || main === "") return "node";
	const found = packageName(main) ?? basename(main).replace(/\.[a-z]+$/, "");
	return cleanText(found, MAX_CHARACTERS) || "node";
}

function packageName(main: string): string | undefined {
	try {
		let folder = dirname(realpathSync(main));
		for (;;) {
			const name = nameIn(join(folder, "package.json"));
			if (name !== undefined) return name;
			const above = dirname(folder);
			if (above === folder) return undefined;
			folder = above;
		}
	} catch {
		return undefined;
	}
}

function nameIn(file: string): string | undefined {
	try {
		const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
		if (typeof manifest !== "object" || manifest === null) return undefined;
		const name: unknown = Reflect.get(manifest, "name");
		return typeof name === "string" && name !== "" ? name : undefined;
	} catch {
		return undefined;
	}
}
