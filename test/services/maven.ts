import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The git-ignored folder at the repository root where downloads are kept between runs. */
export const cacheFolder = fileURLToPath(new URL("../../.cache", import.meta.url));

/** Jars that Maven fetches once, with all they depend on. */
export interface MavenJars {
	/** Of the folder below `.cache`, such as `kafka-4.3.1`. */
	readonly name: string;
	/** As `group:artifact:version`. */
	readonly dependencies: readonly string[];
}

const folderOf = ({ name }: MavenJars): string => join(cacheFolder, name);
const libsOf = (jars: MavenJars): string => join(folderOf(jars), "libs");

/** Says why the jars cannot be had on this machine, or `undefined` when they can. */
export async function missingMaven(jars: MavenJars): Promise<string | undefined> {
	if (existsSync(libsOf(jars))) return undefined;
	const maven = await run("mvn", ["-v"]).catch(() => undefined);
	return maven ? undefined : `Maven is not installed (it fetches the jars of ${jars.name}, once)`;
}

/** Returns the folder of the jars, fetched by Maven when it is not there yet. */
export async function mavenJars(jars: MavenJars): Promise<string> {
	const libs = libsOf(jars);
	if (existsSync(libs)) return libs;
	await mkdir(folderOf(jars), { recursive: true });
	const work = await mkdtemp(join(folderOf(jars), "fetch-"));
	try {
		await writeFile(join(work, "pom.xml"), pom(jars));
		const goal = [
			"dependency:copy-dependencies",
			"-DoutputDirectory=libs",
			"-DincludeScope=runtime",
		];
		await run("mvn", ["-q", "-B", ...goal], { cwd: work, timeout: 300_000 });
		// Renamed only when complete, so that an interrupted download is never taken for a whole one.
		await rename(join(work, "libs"), libs).catch((error: unknown) => {
			if (!existsSync(libs)) throw error;
		});
	} catch (cause) {
		throw new Error(
			`Maven could not fetch ${jars.dependencies[0]}; check that it reaches Maven Central or a ` +
				`mirror of it (settings.xml).\n${said(cause)}`,
			{ cause },
		);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
	return libs;
}

function pom({ name, dependencies }: MavenJars): string {
	const listed = dependencies.map((dependency) => {
		const [group, artifact, version] = dependency.split(":");
		return `  <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
	});
	return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
 <groupId>mcp-trail.test</groupId><artifactId>${name}</artifactId><version>1</version><packaging>pom</packaging><dependencies>
${listed.join("\n")}
 </dependencies></project>
`;
}

/** Maven explains itself on stdout. */
function said(error: unknown): string {
	const { stdout, message }: { stdout?: string; message?: string } = Object(error);
	return stdout || message || String(error);
}
