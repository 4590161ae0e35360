/** Writes the JSON Schema of the configuration file. */
import { writeFileSync } from "node:fs";
import { schemaPath, schemaText } from "./schema-file.ts";

writeFileSync(schemaPath, schemaText());
