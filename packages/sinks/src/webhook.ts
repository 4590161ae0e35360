import type { Sink } from "@mcp-trail/audit";
import type { Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { authorization, checkAuth, type HttpAuth } from "./http/auth.ts";
import { deliverParts } from "./http/deliver-parts.ts";
import { type Encoded, projected } from "./http/encoded.ts";
import { faultOfStatus } from "./http/http-faults.ts";
import {
	checkCount,
	checkHttpOptions,
	checkUrl,
	optionCheck,
	SECRET,
} from "./http/http-options.ts";
import type { HttpOptions } from "./http/http-options.ts";
import { httpPoster } from "./http/poster.ts";
import { isSecret, type Secret } from "./http/secrets.ts";
import { probeEvent } from "./probe-event.ts";
import { signature, signingKey } from "./webhook/signature.ts";

export type { HttpAuth } from "./http/auth.ts";
export type { HttpOptions, HttpProxyOptions, HttpTlsOptions } from "./http/http-options.ts";
export type { Secret } from "./http/secrets.ts";

/** How {@link webhookSink} reaches its receiver. */
export interface WebhookSinkOptions extends Omit<HttpOptions, "gzip"> {
	/** Its path and query may be secret: errors name only the origin. */
	readonly url: string;
	/** `whsec_` and the base64 of 24 to 64 bytes; several while they are rotated, each signs. */
	readonly secret: Secret | readonly Secret[];
	/** Beside the signature. @default none */
	readonly auth?: HttpAuth;
	/** The body. @default the stored line, byte for byte */
	readonly format?: Format;
	/** Sends bodies compressed; the signature is of the body before. @default false */
	readonly gzip?: boolean;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "webhook" */
	readonly name?: string;
	/** Largest body, in bytes. @default 1_048_576 */
	readonly maxRequestBytes?: number;
}

/** A receiver answers so for an event that it will never take; what is not here is judged as for every sink. */
const REFUSES = new Set([400, 409, 413, 422]);
const MAX_EVENTS = 100;

/**
 * Posts each event by itself, in order and signed as Standard Webhooks says: `webhook-id` is the event's id, by
 * which a receiver drops repeats. At least once.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { webhookSink } from "@mcp-trail/sinks/webhook";
 *
 * const audit = openAudit({
 * 	service: "tickets",
 * 	trail: fileTrail({ dir: "/var/lib/tickets/audit" }),
 * 	sinks: [webhookSink({ url: "https://hooks.example.com/audit", secret: { env: "HOOK_SECRET" } })],
 * });
 * ```
 */
export function webhookSink(options: WebhookSinkOptions): Sink {
	const { auth, format, gzip = false, name = "webhook", maxRequestBytes = 1_048_576 } = options;
	const check = optionCheck("webhookSink");
	const url = checkUrl(check, "url", options.url);
	checkHttpOptions(check, name, options);
	checkAuth(check, auth);
	checkCount(check, "maxRequestBytes", maxRequestBytes);
	const secrets = isSecretList(options.secret) ? options.secret : [options.secret];
	check(secrets.length > 0 && secrets.every(isSecret), "secret", SECRET);
	for (const secret of secrets) {
		const good = typeof secret !== "string" || signingKey(secret) !== undefined;
		check(good, "secret", "takes whsec_ and the base64 of 24 to 64 bytes");
	}

	const poster = httpPoster({
		...options,
		gzip,
		destination: "The webhook",
		url,
		authorize: async (keeper) => authorization(auth, keeper),
	});

	async function keys(): Promise<readonly Uint8Array[]> {
		const found: Uint8Array[] = [];
		for (const secret of secrets) {
			const key = signingKey(await poster.secrets.read(secret, "secret"));
			if (key === undefined) {
				throw poster.fault("secret_unreadable", { said: "`secret` is not whsec_ and base64" });
			}
			found.push(key);
		}
		return found;
	}

	async function send(event: SealedEvent, body: Uint8Array, signal: AbortSignal): Promise<void> {
		const { id } = event.event;
		const timestamp = Math.floor(Date.now() / 1000);
		const answer = await poster.post(
			{
				url,
				headers: {
					"content-type": format?.mediaType ?? "application/json",
					"webhook-id": id,
					"webhook-timestamp": String(timestamp),
					"webhook-signature": signature({ id, timestamp, body }, await keys()),
				},
				body,
			},
			signal,
		);
		const { status, retryAfterMs, body: said } = answer;
		if (status >= 200 && status < 300) return;
		if (REFUSES.has(status)) {
			throw poster.failure(
				"webhook_refused",
				"reject",
				`the receiver refused an event for good (${status}). See the dead letter and the receiver's log.`,
			);
		}
		throw poster.fault(faultOfStatus(status), { status, said, retryAfterMs });
	}

	async function deliver(batch: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
		await deliverParts(batch, {
			place: `The webhook at ${url.origin}`,
			maxEvents: 1,
			maxBytes: maxRequestBytes,
			encode: (event) => projected(event, format),
			send: async (part: readonly Encoded[]) => {
				for (const { event, bytes } of part) await send(event, bytes, signal);
				return [];
			},
		});
	}

	return {
		name,
		delivery: "at_least_once",
		ordered: true,
		limits: { events: MAX_EVENTS, inFlight: 1 },
		write: deliver,
		probe: async (signal) => deliver([probeEvent()], signal),
		close: async () => {
			poster.close();
		},
	};
}

function isSecretList(value: Secret | readonly Secret[]): value is readonly Secret[] {
	return Array.isArray(value);
}
