import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The validator's release; its newest schemas are those of OCSF 1.8.0. */
export const VALIDATOR = "ocsf-json-schema==1.2.0";
const packages = [VALIDATOR, "jsonschema==4.26.0"];

const cacheFolder = fileURLToPath(new URL("../../../.cache", import.meta.url));
const folder = join(cacheFolder, VALIDATOR.replace("==", "-"));
const python = join(folder, "bin", "python");

/** Says why the validator cannot run on this machine, or `undefined` when it can; fetches it once. */
export async function missingValidator(): Promise<string | undefined> {
	if (existsSync(python)) return undefined;
	const version = await run("python3", ["--version"]).catch(() => undefined);
	if (!version) return "Python 3 is not installed (the validator needs 3.11 or later on the PATH)";
	const work = `${folder}.${process.pid}`;
	try {
		await mkdir(cacheFolder, { recursive: true });
		await run("python3", ["-m", "venv", work], { timeout: 120_000 });
		const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
		await run(join(work, "bin", "python"), pip, { timeout: 280_000 });
		// Renamed only when complete, so that an interrupted download is never taken for a whole one.
		await rename(work, folder);
		return undefined;
	} catch (error) {
		const said = error instanceof Error ? error.message : String(error);
		return `pip could not fetch ${packages.join(" and ")}: ${said.slice(0, 512)}`;
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

/** What the validator finds wrong with each event. */
export async function judge(events: readonly unknown[]): Promise<string[][]> {
	const script = fileURLToPath(new URL("validate.py", import.meta.url));
	const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"], timeout: 120_000 });
	child.stdin.end(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
	const lines = (await text(child.stdout)).trimEnd().split("\n");
	return lines.map((line) => JSON.parse(line) as string[]);
}
