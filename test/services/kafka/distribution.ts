import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type MavenJars, mavenJars, missingMaven } from "../maven.ts";

const run = promisify(execFile);

/** The release of Apache Kafka that the suites run against. */
export const KAFKA_VERSION = "4.3.1";

const jars: MavenJars = {
	name: `kafka-${KAFKA_VERSION}`,
	dependencies: [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, "org.slf4j:slf4j-simple:1.7.36"],
};

/** Says why no broker can be started on this machine, or `undefined` when one can. */
export async function missingTools(): Promise<string | undefined> {
	const java = await run("java", ["-version"]).catch(() => undefined);
	if (!java) return "Java is not installed (the broker needs a JDK, 17 or later, on the PATH)";
	const major = Number(/version "(\d+)/u.exec(java.stderr)?.[1] ?? 0);
	if (major < 17)
		return `Java ${major} is too old: Apache Kafka ${KAFKA_VERSION} needs 17 or later`;
	const openssl = await run("openssl", ["version"]).catch(() => undefined);
	if (!openssl) return "openssl is not installed (it makes the certificates of the secured broker)";
	return missingMaven(jars);
}

/** Returns the folder of the broker's jars, fetched by Maven (44 MB) when it is not there yet. */
export async function kafkaJars(): Promise<string> {
	const missing = await missingTools();
	if (missing !== undefined) throw new Error(`cannot start Apache Kafka: ${missing}`);
	return mavenJars(jars);
}
