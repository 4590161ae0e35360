import { homedir } from "node:os";
import { join } from "node:path";
import type { ReadConfig } from "./config/read-config.ts";

/** The folder of the trail that a configuration says. */
export function trailDir({ trail }: Pick<ReadConfig, "trail">): string {
	return trail?.dir ?? join(homedir(), ".mcp-trail", "trail");
}
