import { createHash } from "node:crypto";
import type { SinkError } from "@mcp-trail/audit";
import { AwsV4Signer } from "aws4fetch";
import type { HttpAnswer } from "../http/exchange.ts";
import { faultOfStatus } from "../http/http-faults.ts";
import { type HttpPoster, httpPoster, type OutgoingRequest } from "../http/poster.ts";
import { type BucketOptions, bucketUrl } from "./bucket-options.ts";
import { readCredentials } from "./credentials.ts";
import { readS3Error, s3FaultOf } from "./s3-faults.ts";

/** Facts kept beside an object, under `x-amz-meta-mcp-trail-`. */
export type ObjectFacts = Readonly<Record<string, string>>;

/** An object to write. */
interface NewObject {
	readonly key: string;
	readonly body: Uint8Array;
	readonly contentType: string;
	readonly facts: ObjectFacts;
}

/** The objects of one bucket. */
export interface Objects {
	/** Writes an object unless one stands under its key; says which. */
	put(object: NewObject, signal: AbortSignal): Promise<"stored" | "exists">;
	/** What stands under a key. */
	look(
		key: string,
		signal: AbortSignal,
	): Promise<{ readonly facts: ObjectFacts; readonly bytes: number }>;
	/** The error of a fault that only objects have; `key` is named. */
	failure(code: string, verdict: "hold" | "retry", key: string, says: string): SinkError;
	readonly poster: HttpPoster;
}

const FACT = "x-amz-meta-mcp-trail-";
const DAY_MS = 86_400_000;
const NOTHING = new Uint8Array();

/** Speaks S3 for one sink: every request signed (Signature Version 4), every body with its SHA-256. */
export function bucketObjects(destination: string, options: BucketOptions): Objects {
	const base = bucketUrl(options);
	const { region, objectLock, kmsKeyId } = options;
	const poster = httpPoster({
		...options,
		// Objects are compressed as files, not in transit.
		gzip: false,
		destination,
		url: base,
		authorize: async (secrets, request) =>
			signed(request, region, await readCredentials(options.credentials, secrets)),
	});

	function kept(): Record<string, string> {
		return {
			...(objectLock === undefined
				? {}
				: {
						"x-amz-object-lock-mode": objectLock.mode,
						"x-amz-object-lock-retain-until-date": new Date(
							Date.now() + objectLock.days * DAY_MS,
						).toISOString(),
					}),
			...(kmsKeyId === undefined
				? {}
				: {
						"x-amz-server-side-encryption": "aws:kms",
						"x-amz-server-side-encryption-aws-kms-key-id": kmsKeyId,
					}),
		};
	}

	function refused({ status, headers, body, retryAfterMs }: HttpAnswer, key: string): SinkError {
		const { code, message } = readS3Error(body);
		const bucketRegion = headers["x-amz-bucket-region"];
		if (status === 301 || status === 307 || code === "AuthorizationHeaderMalformed") {
			const said = typeof bucketRegion === "string" ? ` (the bucket says ${bucketRegion})` : "";
			return failure("wrong_region", "hold", key, `is in another region${said}. Set \`region\``);
		}
		const known = s3FaultOf(code);
		if (known === undefined) {
			const said = code === "" ? message : `${code}: ${message}`;
			return poster.fault(faultOfStatus(status), { status, said, retryAfterMs });
		}
		const says = `answer ${status} “${poster.quote(`${code}: ${message}`)}” to ${key}. ${known.remedy}`;
		return poster.failure(wordOf(code), known.verdict, says, retryAfterMs);
	}

	function failure(code: string, verdict: "hold" | "retry", key: string, says: string): SinkError {
		return poster.failure(code, verdict, `${key} ${says}.`);
	}

	return {
		poster,
		failure,
		put: async ({ key, body, contentType, facts }, signal) => {
			const headers: Record<string, string> = {
				"content-type": contentType,
				"if-none-match": "*",
				"x-amz-checksum-sha256": sha256(body, "base64"),
				// Without it an object with a retention is refused.
				"x-amz-sdk-checksum-algorithm": "SHA256",
				...kept(),
			};
			for (const [name, value] of Object.entries(facts)) headers[`${FACT}${name}`] = value;
			const answer = await poster.post(
				{ url: new URL(key, base), method: "PUT", headers, body },
				signal,
			);
			const { status } = answer;
			if (status === 200 && answer.headers.etag !== undefined) return "stored";
			if (status === 200) throw poster.fault("answer_unreadable", { status });
			if (status === 412) return "exists";
			throw refused(answer, key);
		},
		look: async (key, signal) => {
			const answer = await poster.post(
				{ url: new URL(key, base), method: "HEAD", headers: {}, body: NOTHING },
				signal,
			);
			const { status, headers } = answer;
			if (status === 403) {
				throw failure(
					"object_unreadable",
					"hold",
					key,
					"exists and cannot be compared (answer 403). Give the credentials `s3:GetObject` on the prefix, or set `existing` to trust",
				);
			}
			if (status === 404) {
				throw failure("object_gone", "retry", key, "existed and is gone. It is sent again");
			}
			if (status !== 200) throw refused(answer, key);
			const facts: Record<string, string> = {};
			for (const [name, value] of Object.entries(headers)) {
				if (name.startsWith(FACT) && typeof value === "string") {
					facts[name.slice(FACT.length)] = value;
				}
			}
			return { facts, bytes: Number(headers["content-length"]) };
		},
	};
}

async function signed(
	{ url, method, headers, body }: OutgoingRequest,
	region: string,
	keys: Awaited<ReturnType<typeof readCredentials>>,
): Promise<Readonly<Record<string, string>>> {
	const { sessionToken } = keys;
	const signer = new AwsV4Signer({
		url: url.href,
		method,
		headers: { ...headers, "x-amz-content-sha256": sha256(body, "hex") },
		accessKeyId: keys.accessKeyId,
		secretAccessKey: keys.secretAccessKey,
		...(sessionToken === undefined ? {} : { sessionToken }),
		service: "s3",
		region,
	});
	return Object.fromEntries((await signer.sign()).headers);
}

const sha256 = (body: Uint8Array, encoding: "base64" | "hex"): string =>
	createHash("sha256").update(body).digest(encoding);

/** A code of S3 as sinks write codes: `NoSuchBucket` is `no_such_bucket`. */
export function wordOf(code: string): string {
	return code
		.replaceAll(".", "")
		.replaceAll(/([a-z0-9])([A-Z])/gu, "$1_$2")
		.replaceAll(/([A-Z])([A-Z][a-z])/gu, "$1_$2")
		.toLowerCase();
}
