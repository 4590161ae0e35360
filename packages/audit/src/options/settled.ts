import { createHash } from "node:crypto";
import { cleanText, type ConfigDetail, type Producer } from "@mcp-trail/event";
import type { AuditOptions } from "../audit-options.ts";
import { DEFAULT_TIMES, type DeliveryTimes } from "../delivery/delivery-times.ts";
import type { Digester } from "../digester.ts";
import type { Policy } from "../policy.ts";
import { RECORDER } from "../version.ts";

/** Delivery times with their defaults. */
export function timesOf(options: AuditOptions): DeliveryTimes {
	const given = Object.entries(options.delivery ?? {}).filter(([, value]) => value !== undefined);
	return { ...DEFAULT_TIMES, ...Object.fromEntries(given) };
}

/** Who records, as it stands on every event. */
export function producerOf(options: AuditOptions, host: string): Producer {
	const { service, serviceVersion, instance, environment, sdk } = options;
	const name = options.host ?? cleanText(host, 255);
	return {
		recorder: RECORDER,
		service,
		...(serviceVersion === undefined ? {} : { service_version: serviceVersion }),
		...(instance === undefined ? {} : { instance }),
		...(name === undefined ? {} : { host: name }),
		...(environment === undefined ? {} : { environment }),
		...(sdk === undefined ? {} : { sdk }),
	};
}

/** Digest of what the options say, without keys, functions and clients. */
function configOf(options: AuditOptions, policy: Policy): NonNullable<AuditOptions["config"]> {
	if (options.config !== undefined) return options.config;
	const { service, mode, checkpointEveryMs, closeTimeoutMs, maxQueueEvents, maxQueueBytes } =
		options;
	const told = {
		service,
		mode,
		checkpointEveryMs,
		closeTimeoutMs,
		maxQueueEvents,
		maxQueueBytes,
		delivery: timesOf(options),
		deadLetters: options.deadLetters,
		labels: options.labels,
		policy: policy.digest,
		sinks: (options.sinks ?? []).map(({ name, delivery, ordered, limits }) => ({
			name,
			delivery,
			ordered,
			limits,
		})),
	};
	const hash = createHash("sha256").update(JSON.stringify(told)).digest("hex");
	return { digest: `sha256:${hash}`, source: "code" };
}

/** The `config` block of `trail.started`. */
export function startedConfig(
	options: AuditOptions,
	policy: Policy,
	digester: Digester,
	durability: NonNullable<ConfigDetail["durability"]>,
): ConfigDetail {
	const { digest, source } = configOf(options, policy);
	return {
		digest,
		policy_digest: policy.digest,
		source,
		mode: options.mode ?? "observe",
		durability,
		digest_key: digester.keyId,
		digest_key_ephemeral: digester.ephemeral,
	};
}
