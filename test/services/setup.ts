import type { TestProject } from "vitest/node";
import { COLLECTOR_VERSION, missingCollector } from "./collector/distribution.ts";
import { KAFKA_VERSION, kafkaJars, missingTools } from "./kafka/distribution.ts";
import { missingNginx } from "./nginx/tools.ts";
import { missingValidator, VALIDATOR } from "./ocsf/validator.ts";
import {
	missingOpenSearch,
	OPENSEARCH_VERSION,
	openSearchDistribution,
} from "./opensearch/distribution.ts";
import { missingLines } from "./otel/lines.ts";
import { missingS3Tools, MOTO } from "./s3/tools.ts";
import { missingSyslogTools } from "./syslog/tools.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** Why the suite against the OpenTelemetry Collector cannot run here; empty when it can. */
		collectorNotRun: string;
		/** Why the suites against Apache Kafka cannot run here; empty when they can. */
		kafkaNotRun: string;
		/** Why the suite behind nginx cannot run here; empty when it can. */
		nginxNotRun: string;
		/** Why the suite with OCSF's independent validator cannot run here; empty when it can. */
		ocsfNotRun: string;
		/** Why the suites against OpenSearch cannot run here; empty when they can. */
		opensearchNotRun: string;
		/** Why the suites on other lines of OpenTelemetry cannot run here; empty when they can. */
		otelNotRun: string;
		/** Why the suites with S3 cannot run here; empty when they can. */
		s3NotRun: string;
		/** Why the suites with real syslog receivers cannot run here; empty when they can. */
		syslogNotRun: string;
	}
}

/**
 * Fetches each server or tool once, or says loudly that the suites with it do not run: an error,
 * unless ALLOW_MISSING_SERVICES names it (a list with commas; 1 for all).
 */
export async function setup(project: TestProject): Promise<void> {
	const collector = await missingCollector();
	project.provide("collectorNotRun", collector ?? "");
	// First, since it installs what others need, too: openssl.
	const syslog = await missingSyslogTools();
	project.provide("syslogNotRun", syslog ?? "");
	const kafka = await missingTools();
	project.provide("kafkaNotRun", kafka ?? "");
	if (kafka === undefined) await kafkaJars();
	const nginx = await missingNginx();
	project.provide("nginxNotRun", nginx ?? "");
	const ocsf = await missingValidator();
	project.provide("ocsfNotRun", ocsf ?? "");
	const opensearch = await missingOpenSearch();
	project.provide("opensearchNotRun", opensearch ?? "");
	if (opensearch === undefined) await openSearchDistribution();
	const otel = await missingLines();
	project.provide("otelNotRun", otel ?? "");
	const s3 = await missingS3Tools();
	project.provide("s3NotRun", s3 ?? "");
	const missing = [
		...(collector === undefined
			? []
			: [
					{
						name: "collector",
						why: `the OpenTelemetry Collector ${COLLECTOR_VERSION}: ${collector}`,
					},
				]),
		...(kafka === undefined
			? []
			: [{ name: "kafka", why: `Apache Kafka ${KAFKA_VERSION}: ${kafka}` }]),
		...(nginx === undefined ? [] : [{ name: "nginx", why: `nginx: ${nginx}` }]),
		...(ocsf === undefined ? [] : [{ name: "ocsf", why: `${VALIDATOR}: ${ocsf}` }]),
		...(opensearch === undefined
			? []
			: [{ name: "opensearch", why: `OpenSearch ${OPENSEARCH_VERSION}: ${opensearch}` }]),
		...(otel === undefined ? [] : [{ name: "otel", why: `other lines of OpenTelemetry: ${otel}` }]),
		...(s3 === undefined ? [] : [{ name: "s3", why: `${MOTO}: ${s3}` }]),
		...(syslog === undefined
			? []
			: [{ name: "syslog", why: `rsyslog, syslog-ng and liblognorm: ${syslog}` }]),
	];
	for (const { why } of missing) console.error(`\n**** NOT RUN: the suites with ${why}\n`);
	const allowed = process.env["ALLOW_MISSING_SERVICES"] ?? "";
	const needed = missing.filter(
		({ name }) => allowed !== "1" && !allowed.split(",").includes(name),
	);
	if (needed.length === 0) return;
	throw new Error(
		`${needed.map(({ why }) => why).join(". ")}. Install it, or set ALLOW_MISSING_SERVICES to ` +
			`${needed.map(({ name }) => name).join(",")}, or to 1 for all, to go on without.`,
	);
}
