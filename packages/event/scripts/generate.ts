/** Writes everything that is generated from the schema. */
import { writeFileSync } from "node:fs";
import { generated } from "./generated.ts";

for (const [file, text] of generated()) writeFileSync(file, text);
