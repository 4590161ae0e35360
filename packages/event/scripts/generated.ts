import { fileURLToPath } from "node:url";
import { orderFile } from "./order-file.ts";
import { typesFile } from "./types-file.ts";

const root = new URL("../../../", import.meta.url);

/** Every generated file: absolute path and text. */
export function generated(): ReadonlyMap<string, string> {
	const files = {
		"packages/event/src/types.gen.ts": typesFile(),
		"packages/event/src/member-order.gen.ts": orderFile(),
	};
	return new Map(
		Object.entries(files).map(([path, text]) => [fileURLToPath(new URL(path, root)), text]),
	);
}
