import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

export const NGINX = "/usr/sbin/nginx";

/** Installs nginx from the system's packages where that is possible; says why its suite cannot run, or `undefined` when it can. */
export async function missingNginx(): Promise<string | undefined> {
	if (existsSync(NGINX)) return undefined;
	const said = "nginx missing (apt-get install nginx-light)";
	if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return said;
	const patient = ["-qq", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120"];
	const options = { timeout: 240_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
	const install = ["install", "-y", "--no-install-recommends", "nginx-light"];
	const failed = await run("apt-get", [...patient, "update"], options)
		.catch(() => undefined)
		.then(async () => run("apt-get", [...patient, ...install], options))
		.then(
			() => undefined,
			(error: unknown) => String(error),
		);
	return existsSync(NGINX) ? undefined : `${said}; ${failed ?? "apt-get installed nothing"}`;
}
