import { createRequire } from "node:module";
import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { hooksFile } from "@mcp-trail/node";
import { type Finding, findings } from "./finding.ts";
import { type SdkCopy, sdkCopies, shortPath } from "./sdk-copies.ts";

const { ok, warning, fault } = findings("app");

/** An application as `doctor` sees it. */
export interface LookedAt {
	readonly sdks: readonly SdkCopy[];
	readonly findings: readonly Finding[];
}

const MAX_ENTRY_BYTES = 64 * 1024 * 1024;
/** What every MCP SDK has in it, and no application says. */
const SIGN = "notifications/initialized";

/** Looks for what register hooks, from an application's folder or first file. */
export async function lookAtApp(app: string): Promise<LookedAt> {
	// `node_modules/.bin` holds links.
	const path = await realpath(app).catch(() => resolve(app));
	const found = await stat(path).catch(() => undefined);
	if (found === undefined)
		return {
			sdks: [],
			findings: [fault(`${app} does not exist. Name the application's folder or its first file.`)],
		};
	const folder = found.isDirectory() ? path : dirname(path);
	const sdks = await sdkCopies(folder, hooksFile);
	const seen = sdks.map((copy) => {
		const what = `${copy.package} ${copy.version} in ${shortPath(folder, copy.path)}`;
		return copy.hooked
			? ok(`${what} is hooked.`)
			: fault(
					`${what} is NOT hooked: its files are not where they were in the versions known here. Instrument it in code, with @mcp-trail/mcp.`,
				);
	});
	const bundled = found.isDirectory() ? [] : await bundle(path);
	const none =
		seen.length > 0 || bundled.length > 0
			? []
			: [
					warning(
						`No MCP SDK is installed for ${folder}: nothing would be recorded, unless the application loads one from elsewhere.`,
					),
				];
	return { sdks, findings: [...seen, ...bundled, ...none, ...packagesOf(folder)] };
}

async function bundle(entry: string): Promise<readonly Finding[]> {
	const { size } = await stat(entry);
	if (size > MAX_ENTRY_BYTES) return [];
	const text = await readFile(entry, "utf8");
	if (!text.includes(SIGN)) return [];
	return [
		fault(
			`${entry} has an MCP SDK in it (bundled): NOT hooked. Instrument it in code, with @mcp-trail/mcp, before it is bundled.`,
		),
	];
}

function packagesOf(folder: string): readonly Finding[] {
	const { resolve: find } = createRequire(join(folder, "doctor.js"));
	const isThere = (name: string): boolean => {
		try {
			find(name);
			return true;
		} catch (error) {
			return error instanceof Error && "code" in error && error.code !== "MODULE_NOT_FOUND";
		}
	};
	return [
		isThere("@mcp-trail/node/register")
			? ok("@mcp-trail/node is installed: start it with node --import @mcp-trail/node/register.")
			: warning(
					"@mcp-trail/node is not found from here. Install it, or name its file: node --import /path/to/@mcp-trail/node/dist/register.js.",
				),
		isThere("@opentelemetry/sdk-node")
			? ok("@opentelemetry/sdk-node is installed: spans are made unless traces are off.")
			: warning(
					"@opentelemetry/sdk-node is not found from here: events are recorded, no spans are made. Install it, or set MCP_TRAIL_TRACES=false.",
				),
	];
}
