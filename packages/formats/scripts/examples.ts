import { readFileSync, readdirSync } from "node:fs";
import { validate } from "@mcp-trail/event/schema";
import type { StoredEvent } from "@mcp-trail/event";

const folder = new URL("../../../schemas/event/1.0/valid/", import.meta.url);

/** The valid examples of the event schema by name, such as `mcp.request.polls`. */
export function examples(): ReadonlyMap<string, StoredEvent> {
	return new Map(
		readdirSync(folder)
			.filter((file) => file.endsWith(".json"))
			.toSorted()
			.map((file) => {
				const event: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
				const judged = validate(event, { as: "writer" });
				if (!judged.valid) throw new Error(`${file} is not a valid event`);
				return [file.slice(0, -".json".length), judged.event];
			}),
	);
}
