/** Writes everything that is generated from the kinds of sinks. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { generated } from "./generated.ts";

for (const [file, text] of generated()) {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}
