import type { SinkKind } from "./kind.ts";
import { consoleKind } from "./kinds/console.ts";
import { datadogKind } from "./kinds/datadog.ts";
import { elasticsearchKind } from "./kinds/elasticsearch.ts";
import { fileKind } from "./kinds/file.ts";
import { kafkaKind } from "./kinds/kafka.ts";
import { otlpLogsKind } from "./kinds/otlp-logs.ts";
import { relpKind } from "./kinds/relp.ts";
import { s3Kind } from "./kinds/s3.ts";
import { secopsKind } from "./kinds/secops.ts";
import { securityLakeKind } from "./kinds/security-lake.ts";
import { sentinelKind } from "./kinds/sentinel.ts";
import { splunkHecKind } from "./kinds/splunk-hec.ts";
import { sumoKind } from "./kinds/sumo.ts";
import { syslogKind } from "./kinds/syslog.ts";
import { webhookKind } from "./kinds/webhook.ts";

/** Every sink that a configuration can name: one file in `kinds/` and one row here for each subpath. */
export const kinds: readonly SinkKind[] = [
	consoleKind,
	datadogKind,
	elasticsearchKind,
	fileKind,
	kafkaKind,
	otlpLogsKind,
	relpKind,
	s3Kind,
	secopsKind,
	securityLakeKind,
	sentinelKind,
	splunkHecKind,
	sumoKind,
	syslogKind,
	webhookKind,
];
