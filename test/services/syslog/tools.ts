import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { missingSyslogNg } from "./syslog-ng.ts";

const run = promisify(execFile);

/** Real receivers of line formats: the program, and the Debian package that has it. */
const tools = [
	{ program: "/usr/sbin/rsyslogd", debianPackage: "rsyslog" },
	{ program: "rsyslog/imrelp.so", debianPackage: "rsyslog-relp" },
	{ program: "rsyslog/lmnsd_gtls.so", debianPackage: "rsyslog-gnutls" },
	{ program: "/usr/bin/lognormalizer", debianPackage: "liblognorm-utils" },
	{ program: "/usr/bin/openssl", debianPackage: "openssl" },
] as const;

/** A module stands in the folder of the machine's architecture. */
function present(program: string): boolean {
	if (program.startsWith("/")) return existsSync(program);
	return readdirSync("/usr/lib").some((folder) => existsSync(join("/usr/lib", folder, program)));
}

const absent = () => tools.filter(({ program }) => !present(program));

/**
 * Installs what is absent, where that is possible; says why the suites against real syslog receivers
 * cannot run, or `undefined` when they can.
 */
export async function missingSyslogTools(): Promise<string | undefined> {
	if (absent().length === 0) return missingSyslogNg();
	const names = absent().map(({ debianPackage }) => debianPackage);
	const said = `${names.join(" and ")} missing (apt-get install ${names.join(" ")})`;
	if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return said;
	const patient = ["-qq", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120"];
	const install = ["install", "-y", "--no-install-recommends", ...names];
	const options = { timeout: 240_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
	const failed = await run("apt-get", [...patient, "update"], options)
		.catch(() => undefined)
		.then(async () => run("apt-get", [...patient, ...install], options))
		.then(
			() => undefined,
			(error: unknown) => String(error),
		);
	return absent().length === 0
		? missingSyslogNg()
		: `${said}; ${failed ?? "apt-get installed nothing"}`;
}
