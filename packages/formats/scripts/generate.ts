/** Writes everything that is generated from the tables, and removes what no longer is. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { generated, goldenFolder } from "./generated.ts";

rmSync(goldenFolder, { recursive: true, force: true });
for (const [file, text] of generated()) {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}
