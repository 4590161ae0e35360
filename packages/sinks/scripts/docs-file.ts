import type { z } from "zod";
import { kinds } from "../src/config/kinds.ts";
import { docstringsOf } from "./docstrings.ts";
import { blockSchema } from "./schema-file.ts";

type Json = z.core.JSONSchema._JSONSchema;

const intro = `# Configuration of sinks

Sinks can be opened in code, each by its own function, or from one block of JSON, which the command line reads too. \`type\` is the
subpath of \`@mcp-trail/sinks\`, the other members are that sink's options. Only the sinks that are named are loaded.

\`\`\`json
{
  "sinks": [
    { "type": "console" },
    { "type": "splunk-hec", "name": "splunk", "url": "https://splunk.example.com:8088", "token": { "env": "SPLUNK_HEC_TOKEN" }, "format": "ocsf" }
  ]
}
\`\`\`

\`npx mcp-trail test-event --to splunk --config mcp-trail.json\` sends one test event and says where it went. In code:

\`\`\`ts
import { openAudit } from "@mcp-trail/audit";
import { openSinks, parseSinksConfig } from "@mcp-trail/sinks/config";

const config = parseSinksConfig({ sinks: [{ type: "file", path: "audit.ndjson", format: "ocsf" }] }); // or await readSinksConfig("mcp-trail.json")
const audit = openAudit({ service: "tickets", sinks: await openSinks(config) });
await audit.close();
\`\`\`

- **Secrets** are \`{ "env": "NAME" }\` or \`{ "file": "/path" }\`. The value itself is refused: a configuration file is copied, committed and pasted into tickets.
  HTTP sinks read them again for each request and Kafka its password for each connection, so that they can be rotated; Kafka's key is read once, when it is opened. Certificates are public and may stand in the file.
- **\`format\`** is a name from [formats](formats.md). Without it a sink sends the stored line byte for byte, from which the chain can be verified, unless its own table says otherwise.
- **\`name\`** is how a sink is called in \`health()\`, in dead letters and by \`test-event --to\`. It is the type where none is given; two sinks of one type need names.
- **Errors** say everything that is wrong at once, each by its path: \`sinks[1].tokn is no option of this sink. Did you mean token?\`
- **Editors** complete and check the file by [\`schemas/config/sinks.schema.json\`](../schemas/config/sinks.schema.json): name it in \`"$schema"\`.

What only code can say (a Kafka client of your own, a stream for the console, a sink of your own) is not in the block. Relative paths are of the working folder.`;

/** Text of docs/sinks-config.md. */
export function docsFile(): string {
	return `${[
		"<!-- Generated from packages/sinks/ by `npm run generate`. Do not edit. -->",
		intro,
		...kinds.flatMap((kind) => {
			const { block } = blockSchema(kind);
			const docs = docstringsOf(kind.type);
			const rows = Object.entries(block.properties ?? {})
				.filter(([name]) => name !== "type" && name !== "name")
				.map(([name, schema]) => {
					const { says = "", otherwise = "" } = docs.get(name) ?? {};
					const needed = block.required?.includes(name) === true ? "**needed**" : otherwise;
					return [`\`${name}\``, takes(schema), needed, says];
				});
			return [
				`## \`${kind.type}\``,
				["```json", JSON.stringify({ type: kind.type, ...kind.example }), "```"].join("\n"),
				table(["option", "takes", "default", "what it is"], rows),
			];
		}),
	].join("\n\n")}\n`;
}

/** What a value may be, in few words. */
function takes(schema: Json): string {
	if (typeof schema !== "object") return "";
	if (schema.$ref !== undefined) return schema.$ref.replace(/.*\//, "").replace("_", " ");
	if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(" ");
	if (schema.anyOf !== undefined) {
		const parts = schema.anyOf.map((one) => takes(one));
		return [...new Set(parts)].join(" or ");
	}
	if (schema.type === "array") {
		const { items } = schema;
		return `list of ${items === undefined || Array.isArray(items) ? "values" : takes(items)}`;
	}
	if (schema.type === "object" && typeof schema.additionalProperties === "object") {
		return `{ name: ${takes(schema.additionalProperties)} }`;
	}
	if (schema.type === "object") {
		return `{ ${Object.keys(schema.properties ?? {}).join(", ")} }`;
	}
	return { string: "text", integer: "number", boolean: "true, false" }[String(schema.type)] ?? "";
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
	return [row(head), row(head.map(() => "---")), ...body.map(row)].join("\n");
}

function row(cells: readonly string[]): string {
	return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
