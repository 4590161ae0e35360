import {
	type Check,
	checkCount,
	checkHttpOptions,
	checkUrl,
	type HttpOptions,
} from "../http/http-options.ts";
import { type AwsCredentials, checkCredentials } from "./credentials.ts";

/** Retention that even the account's own users cannot shorten (`COMPLIANCE`), or only some may (`GOVERNANCE`). */
export interface ObjectLockOptions {
	readonly mode: "COMPLIANCE" | "GOVERNANCE";
	/** Days from the time of writing. */
	readonly days: number;
}

/** What is done with an object that stands where one is to be written. */
export type Existing = "compare" | "trust";

/** Where objects go; every sink that writes objects takes these. */
export interface BucketOptions extends HttpOptions {
	readonly bucket: string;
	/** The bucket's own, such as `eu-central-1`. */
	readonly region: string;
	/** Of another store that speaks S3, such as `https://minio.example.com:9000`. @default AWS */
	readonly endpoint?: string;
	/** `<endpoint>/<bucket>/<key>` instead of `<bucket>.<endpoint>/<key>`. @default true with `endpoint` */
	readonly pathStyle?: boolean;
	/** @default `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` of the environment */
	readonly credentials?: AwsCredentials;
	/** For a bucket made with Object Lock. @default what the bucket says */
	readonly objectLock?: ObjectLockOptions;
	/** Encrypts with this KMS key. @default what the bucket says */
	readonly kmsKeyId?: string;
	/** What becomes of an object that is there already: `compare` reads what it holds, `trust` believes its name and needs no right to read. */
	readonly existing?: Existing;
	/** Longest wait for a fuller object, in milliseconds: events arrive so much later. */
	readonly lingerMs?: number;
	/** Most events of one object. */
	readonly maxObjectEvents?: number;
	/** Stored lines of one object, in bytes before compression. */
	readonly maxObjectBytes?: number;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u;
const REGION = /^[a-z0-9-]{2,32}$/u;
const MAX_DAYS = 36_500;

/** Checks what every sink that writes objects takes. */
export function checkBucketOptions(check: Check, name: string, options: BucketOptions): void {
	checkHttpOptions(check, name, options);
	const { bucket, region, endpoint, pathStyle, objectLock, kmsKeyId, lingerMs } = options;
	check(typeof bucket === "string" && BUCKET.test(bucket), "bucket", "takes a bucket's name");
	const named = typeof region === "string" && REGION.test(region);
	check(named, "region", "takes the bucket's region, such as eu-central-1");
	if (endpoint !== undefined) {
		const url = checkUrl(check, "endpoint", endpoint);
		check(url.search === "", "endpoint", "takes no query");
	}
	check(
		pathStyle === undefined || typeof pathStyle === "boolean",
		"pathStyle",
		"takes true or false",
	);
	checkCredentials(check, options.credentials);
	if (objectLock !== undefined) {
		const mode = objectLock.mode === "COMPLIANCE" || objectLock.mode === "GOVERNANCE";
		check(mode, "objectLock.mode", 'takes "COMPLIANCE" or "GOVERNANCE"');
		checkCount(check, "objectLock.days", objectLock.days);
		check(objectLock.days <= MAX_DAYS, "objectLock.days", `takes at most ${MAX_DAYS}`);
	}
	check(kmsKeyId === undefined || kmsKeyId !== "", "kmsKeyId", "must not be empty");
	const { existing = "compare" } = options;
	const does = existing === "compare" || existing === "trust";
	check(does, "existing", 'takes "compare" or "trust"');
	const waits = lingerMs === undefined || (Number.isSafeInteger(lingerMs) && lingerMs >= 0);
	check(waits, "lingerMs", "takes a whole number from 0");
	for (const path of ["maxObjectEvents", "maxObjectBytes"] as const) {
		const value = options[path];
		if (value !== undefined) checkCount(check, path, value);
	}
}

/** The address under which the bucket's keys stand, with a slash at its end. */
export function bucketUrl({ bucket, region, endpoint, pathStyle }: BucketOptions): URL {
	const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
	const base = new URL(endpoint ?? `https://s3.${region}.${suffix}`);
	const path = base.pathname.replace(/\/$/u, "");
	// A name with dots does not fit the certificate of the virtual host.
	const inPath = pathStyle ?? (endpoint !== undefined || bucket.includes("."));
	if (inPath) {
		base.pathname = `${path}/${bucket}/`;
		return base;
	}
	base.hostname = `${bucket}.${base.hostname}`;
	base.pathname = `${path}/`;
	return base;
}

const PREFIX = /^(?:[A-Za-z0-9!_.=-]+\/)*$/u;

/** Checks the start of keys. */
export function checkPrefix(check: Check, path: string, value: string): void {
	const good = typeof value === "string" && value.length <= 512 && PREFIX.test(value);
	check(good, path, "takes parts of A-Z a-z 0-9 ! _ . = -, each ended by a slash, or nothing");
	check(!/(?:^|\/)\.{1,2}\//u.test(value), path, "takes no part . or ..");
}
