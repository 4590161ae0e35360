import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../../../.cache/syslog-ng/", import.meta.url));

/** An unpacked syslog-ng: its package cannot be installed beside rsyslog's. */
export interface SyslogNg {
	readonly program: string;
	readonly modules: string;
	/** As `LD_LIBRARY_PATH` takes them. */
	readonly libraries: string;
}

/** Where the unpacked syslog-ng is. */
export async function syslogNg(): Promise<SyslogNg> {
	// Debian's folders differ by architecture and release.
	const folders = (await readdir(cache, { recursive: true, withFileTypes: true }))
		.filter((entry) => entry.isDirectory())
		.map((entry) => join(entry.parentPath, entry.name));
	const modules = folders.find((folder) => /\/syslog-ng\/\d[\d.]*$/.test(folder));
	if (modules === undefined) throw new Error(`no modules of syslog-ng in ${cache}`);
	const libraries = [dirname(modules), ...folders.filter((folder) => /-linux-\w+$/.test(folder))];
	return { program: join(cache, "usr/sbin/syslog-ng"), modules, libraries: libraries.join(":") };
}

/** Unpacks syslog-ng and the libraries that are absent; says why that is not possible, or `undefined`. */
export async function missingSyslogNg(): Promise<string | undefined> {
	if (existsSync(join(cache, "usr/sbin/syslog-ng"))) return undefined;
	if (!existsSync("/usr/bin/apt-get")) return "no apt-get to fetch syslog-ng with";
	const folder = `${cache.replace(/\/$/, "")}.${process.pid}`;
	try {
		await mkdir(folder, { recursive: true });
		const { stdout } = await run("apt-cache", ["depends", "syslog-ng-core"]);
		const wanted = [...stdout.matchAll(/^ {1,2}\|?Depends: (lib[\w.+-]+)$/gm)].map(
			([, name = ""]) => name,
		);
		const names = await absent(wanted);
		await run("apt-get", ["download", "syslog-ng-core", ...names], {
			cwd: folder,
			timeout: 240_000,
		});
		for (const name of (await readdir(folder)).filter((file) => file.endsWith(".deb"))) {
			await run("dpkg", ["-x", name, "."], { cwd: folder });
		}
		await rename(folder, cache);
		return undefined;
	} catch (error) {
		return `syslog-ng cannot be fetched (${String(error).slice(0, 300)})`;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Those of the packages that are not installed. */
async function absent(names: readonly string[]): Promise<readonly string[]> {
	const found: string[] = [];
	for (const name of names) {
		const installed = await run("dpkg", ["-s", name]).then(
			() => true,
			() => false,
		);
		if (!installed) found.push(name);
	}
	return found;
}
