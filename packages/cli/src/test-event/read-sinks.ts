import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { readSinksConfig, type SinksConfig } from "@mcp-trail/sinks/config";
import { Failure } from "../failure.ts";

const SINKS_ALONE = "mcp-trail.json";
const WHOLE = "mcp-trail.config.json";

/** The file that is read where none is named. */
export const defaultFile = (): string =>
	!existsSync(SINKS_ALONE) && existsSync(WHOLE) ? WHOLE : SINKS_ALONE;

/** Reads the sinks of a configuration: of a file of sinks alone, or of the one that zero-code set-up takes. */
export async function readSinks(file: string): Promise<SinksConfig> {
	if (!(await isWhole(file))) return readSinksConfig(file);
	const { readConfig } = await import("@mcp-trail/node");
	const { sinks } = readConfig({ config: file });
	if (sinks === undefined)
		throw new Failure(
			`${file} has no sinks: the trail itself is the audit log. Add \`sinks\` to it.`,
		);
	return sinks;
}

/** It says more than sinks; what cannot be read is said by whoever reads it whole. */
async function isWhole(file: string): Promise<boolean> {
	try {
		const value: unknown = JSON.parse((await readFile(file, "utf8")).replace(/^\u{feff}/u, ""));
		if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
		return Object.keys(value).some((name) => settings.has(name));
	} catch {
		return false;
	}
}

/** What only the file of zero-code set-up has. */
const settings: ReadonlySet<string> = new Set([
	"service",
	"environment",
	"labels",
	"trail",
	"level",
	"digestKeyFile",
	"deadLetters",
	"principals",
	"extension",
	"instrumentation",
	"traces",
]);
