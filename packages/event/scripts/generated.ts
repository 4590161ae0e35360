import { fileURLToPath } from "node:url";
import { storedEvent } from "../src/schema/event.ts";
import { readerEvent } from "../src/schema/reader.ts";
import { docsFile } from "./docs-file.ts";
import { readerFile, writerFile } from "./json-schema-file.ts";
import { orderFile } from "./order-file.ts";
import { typesFile } from "./types-file.ts";

const root = new URL("../../../", import.meta.url);

/** Every generated file: absolute path and text. */
export function generated(): ReadonlyMap<string, string> {
	const files = {
		"packages/event/src/types.gen.ts": typesFile(),
		"packages/event/src/member-order.gen.ts": orderFile(),
		"schemas/event/1.0.schema.json": writerFile(storedEvent),
		"schemas/event/1.reader.schema.json": readerFile(readerEvent),
		"docs/event.md": docsFile(),
	};
	return new Map(
		Object.entries(files).map(([path, text]) => [fileURLToPath(new URL(path, root)), text]),
	);
}
