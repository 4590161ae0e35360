import type { TestProject } from "vitest/node";
import { KAFKA_VERSION, kafkaJars, missingTools } from "./kafka/distribution.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** Why the suites against Apache Kafka cannot run here; empty when they can. */
		kafkaNotRun: string;
	}
}

/**
 * Fetches the broker once, or says loudly that the suites against it do not run: an error, unless
 * ALLOW_MISSING_SERVICES=1.
 */
export async function setup(project: TestProject): Promise<void> {
	const missing = await missingTools();
	project.provide("kafkaNotRun", missing ?? "");
	if (missing === undefined) {
		await kafkaJars();
		return;
	}
	console.error(`\n**** NOT RUN: the suites against Apache Kafka ${KAFKA_VERSION}: ${missing}\n`);
	if (process.env["ALLOW_MISSING_SERVICES"] === "1") return;
	throw new Error(`${missing}. Install it, or set ALLOW_MISSING_SERVICES=1 to go on without.`);
}
