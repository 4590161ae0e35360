import type { Verdict } from "@mcp-trail/audit";

/** What an error code of S3 means for the events, and what to do about it. */
export interface S3Fault {
	readonly verdict: Verdict;
	readonly remedy: string;
}

const retry = (remedy: string): S3Fault => ({ verdict: "retry", remedy });
const hold = (remedy: string): S3Fault => ({ verdict: "hold", remedy });

const KEYS = "Check the credentials: they are read again for each request.";
const EXPIRED = "Renew the session; credentials are read again for each request.";
const SENT_AGAIN = "Nothing to do; it is sent again.";
const REGION = "Set `region` to the bucket's own.";
const KMS = "Look at the key's state and policy in KMS.";
const LOCK = "Make the bucket with Object Lock, or leave out `objectLock`.";

/** Codes of S3 answers by their own names; docs/http-sinks.md is held equal to it by a test. */
export const s3Codes = {
	AccessDenied: hold("Give the credentials `s3:PutObject` and `s3:GetObject` on the prefix."),
	AccountProblem: hold("Look at the account's state."),
	AllAccessDisabled: hold("Look at the bucket's state."),
	AuthorizationHeaderMalformed: hold(REGION),
	BadDigest: retry("The body was changed on the way; look at what stands in between."),
	ConditionalRequestConflict: retry(SENT_AGAIN),
	EntityTooLarge: hold("Lower `maxObjectBytes`."),
	ExpiredToken: hold(EXPIRED),
	IllegalLocationConstraintException: hold(REGION),
	InternalError: retry(SENT_AGAIN),
	InvalidAccessKeyId: hold(KEYS),
	InvalidBucketName: hold("Check `bucket`."),
	InvalidRequest: hold(
		"Read what S3 says; most often `objectLock` or `kmsKeyId` does not fit the bucket.",
	),
	InvalidToken: hold(EXPIRED),
	"KMS.DisabledException": hold(KMS),
	"KMS.NotFoundException": hold(KMS),
	NoSuchBucket: hold("Make the bucket, or check `bucket` and `endpoint`."),
	NotImplemented: hold("This store lacks `If-None-Match` on writes; use one that has it."),
	ObjectLockConfigurationNotFoundError: hold(LOCK),
	OperationAborted: retry(SENT_AGAIN),
	PermanentRedirect: hold(REGION),
	RequestTimeTooSkewed: hold("Set this machine's clock, for example by NTP."),
	RequestTimeout: retry(SENT_AGAIN),
	ServiceUnavailable: retry(SENT_AGAIN),
	SignatureDoesNotMatch: hold(
		"Check `secretAccessKey`, `region` and that no proxy changes requests.",
	),
	SlowDown: retry("Raise `lingerMs` or spread over prefixes if this lasts."),
	TemporaryRedirect: hold(REGION),
	TokenRefreshRequired: hold(EXPIRED),
	XAmzContentSHA256Mismatch: retry(
		"The body was changed on the way; look at what stands in between.",
	),
} as const satisfies Readonly<Record<string, S3Fault>>;

/** What S3 said in the XML of an error, as it stands there, or nothing. */
export function readS3Error(body: string): { readonly code: string; readonly message: string } {
	return { code: element(body, "Code"), message: element(body, "Message") };
}

const MAX_CHARACTERS = 16_384;

function element(body: string, name: string): string {
	const text = body.slice(0, MAX_CHARACTERS);
	const start = text.indexOf(`<${name}>`);
	const end = text.indexOf(`</${name}>`, start);
	if (start < 0 || end < 0) return "";
	return text.slice(start + name.length + 2, end);
}

/** The verdict on a code of S3, if it is known. */
export function s3FaultOf(code: string): S3Fault | undefined {
	const known: Readonly<Record<string, S3Fault>> = s3Codes;
	return Object.hasOwn(known, code) ? known[code] : undefined;
}
