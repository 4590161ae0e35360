import { type AuditOptions, digestKeysFromFile, fileTrail, type Sink } from "@mcp-trail/audit";
import type { ReadConfig } from "./config/read-config.ts";
import { levelPolicy } from "./policy.ts";
import { serviceName } from "./service-name.ts";
import { trailDir } from "./trail-dir.ts";

/** A host is given two seconds to end in; what follows the deadline takes half a second more. */
const CLOSE_TIMEOUT_MS = 1_400;

/** What the audit of the process is made of; throws where a file of keys or a limit is not right. */
export function auditOptions(config: ReadConfig, sinks: readonly Sink[]): AuditOptions {
	const { environment, labels, deadLetters, digestKeyFile, level, principals, digest, source } =
		config;
	return {
		service: config.service ?? serviceName(process.argv[1]),
		trail: fileTrail({ ...config.trail, dir: trailDir(config) }),
		sinks,
		policy: levelPolicy(level, principals),
		config: { digest, source },
		closeTimeoutMs: CLOSE_TIMEOUT_MS,
		...(environment !== undefined && { environment }),
		...(labels !== undefined && { labels }),
		...(deadLetters !== undefined && { deadLetters }),
		...(digestKeyFile !== undefined && { digestKeys: digestKeysFromFile(digestKeyFile) }),
	};
}
