/** Writes the JSON Schema of the audit extension. */
import { writeFileSync } from "node:fs";
import { schemaText } from "../../../docs/extension/schema/draft/schema.ts";

writeFileSync(
	new URL("../../../docs/extension/schema/draft/schema.json", import.meta.url),
	schemaText(),
);
