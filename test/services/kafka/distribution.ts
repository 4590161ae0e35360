import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The release of Apache Kafka that the suites run against. */
export const KAFKA_VERSION = "4.3.1";

/** The git-ignored folder at the repository root where downloads are kept between runs. */
const cacheFolder = fileURLToPath(new URL("../../../.cache", import.meta.url));

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
 <groupId>mcp-trail.test</groupId><artifactId>kafka-dist</artifactId><version>1</version><packaging>pom</packaging><dependencies>
  <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
  <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
 </dependencies></project>
`;

/** Says why no broker can be started on this machine, or `undefined` when one can. */
export async function missingTools(): Promise<string | undefined> {
	const java = await run("java", ["-version"]).catch(() => undefined);
	if (!java) return "Java is not installed (the broker needs a JDK, 17 or later, on the PATH)";
	const major = Number(/version "(\d+)/u.exec(java.stderr)?.[1] ?? 0);
	if (major < 17)
		return `Java ${major} is too old: Apache Kafka ${KAFKA_VERSION} needs 17 or later`;
	if (existsSync(jars)) return undefined;
	const maven = await run("mvn", ["-v"]).catch(() => undefined);
	return maven ? undefined : "Maven is not installed (it fetches the broker's 46 jars, once)";
}

const folder = join(cacheFolder, `kafka-${KAFKA_VERSION}`);
const jars = join(folder, "libs");

/** Returns the folder of the broker's jars, fetched by Maven (44 MB) when it is not there yet. */
export async function kafkaJars(): Promise<string> {
	const missing = await missingTools();
	if (missing !== undefined) throw new Error(`cannot start Apache Kafka: ${missing}`);
	if (existsSync(jars)) return jars;
	await mkdir(folder, { recursive: true });
	const work = await mkdtemp(join(folder, "fetch-"));
	try {
		await writeFile(join(work, "pom.xml"), pom);
		const goal = [
			"dependency:copy-dependencies",
			"-DoutputDirectory=libs",
			"-DincludeScope=runtime",
		];
		await run("mvn", ["-q", "-B", ...goal], { cwd: work, timeout: 300_000 });
		// Renamed only when complete, so that an interrupted download is never taken for a whole one.
		await rename(join(work, "libs"), jars).catch((error: unknown) => {
			if (!existsSync(jars)) throw error;
		});
	} catch (cause) {
		throw new Error(
			`Maven could not fetch org.apache.kafka:kafka_2.13:${KAFKA_VERSION}; check that it reaches ` +
				`Maven Central or a mirror of it (settings.xml).\n${said(cause)}`,
			{ cause },
		);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
	return jars;
}

/** Maven explains itself on stdout. */
function said(error: unknown): string {
	const { stdout, message }: { stdout?: string; message?: string } = Object(error);
	return stdout || message || String(error);
}
