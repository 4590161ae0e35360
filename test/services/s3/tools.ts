import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The receiver, and what an analyst reads it with. */
export const MOTO = "moto[server,s3]==5.2.5";
const packages = [MOTO, "pyarrow==26.0.1", "duckdb-cli==1.5.6", "awscli==1.46.3"];

const cacheFolder = fileURLToPath(new URL("../../../.cache", import.meta.url));
const folder = join(cacheFolder, "s3-moto-5.2.5");
// A virtual environment cannot be renamed: its programs name its folder. This file says that it is whole.
const whole = join(folder, "whole");

/** Where the programs stand: `moto_server`, `aws`, `duckdb`, `python`. */
export const s3Programs = join(folder, "bin");

/** Says why the suites with S3 cannot run on this machine, or `undefined` when they can; fetches the tools once. */
export async function missingS3Tools(): Promise<string | undefined> {
	if (existsSync(whole)) return undefined;
	const version = await run("python3", ["--version"]).catch(() => undefined);
	if (!version) return "Python 3 is not installed (3.11 or later, on the PATH)";
	try {
		await rm(folder, { recursive: true, force: true });
		await mkdir(cacheFolder, { recursive: true });
		await run("python3", ["-m", "venv", folder], { timeout: 120_000 });
		const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
		await run(join(s3Programs, "python"), pip, { timeout: 280_000 });
		await writeFile(whole, "");
		return undefined;
	} catch (error) {
		const said = error instanceof Error ? error.message : String(error);
		return `pip could not fetch ${packages.join(", ")}: ${said.slice(0, 512)}`;
	}
}
