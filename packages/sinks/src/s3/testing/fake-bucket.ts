import { createHash, createHmac } from "node:crypto";
import { gunzipSync } from "node:zlib";
import {
	type Call,
	type ContractServer,
	contractServer,
	type Reply,
} from "../../http/testing/contract-server.ts";

/** An object as the fake keeps it. */
interface Kept {
	readonly body: Buffer;
	readonly headers: Readonly<Record<string, string>>;
}

/** A bucket called `audit` in `eu-central-1` that checks signatures and sums, written without the sink's code. */
export interface FakeBucket {
	readonly server: ContractServer;
	readonly objects: Map<string, Kept>;
	/** Answers the next requests so, `undefined` as it should; `andStores`: objects are kept all the same. */
	readonly answer: (next: readonly (Reply | undefined)[], andStores?: boolean) => void;
	readonly always: (reply: Reply | undefined) => void;
	readonly close: () => Promise<void>;
}

export const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "canary-secret" };
const HOUR_MS = 3_600_000;

export async function fakeBucket(): Promise<FakeBucket> {
	const objects = new Map<string, Kept>();
	let replies: (Reply | undefined)[] = [];
	let always: Reply | undefined;
	let storing = false;

	const take = (call: Call): Reply => {
		const wrong = signatureFault(call);
		if (wrong !== undefined) return s3Error(403, wrong);
		const [, bucket, ...parts] = call.path.split("/");
		if (bucket !== "audit") return s3Error(404, "NoSuchBucket");
		const key = decodeURIComponent(parts.join("/"));
		const there = objects.get(key);
		if (call.method === "HEAD") {
			if (there === undefined) return { status: 404 };
			return {
				status: 200,
				headers: { ...there.headers, "content-length": String(there.body.byteLength) },
			};
		}
		if (call.method !== "PUT") return s3Error(405, "MethodNotAllowed");
		if (call.headers["if-none-match"] !== "*") return s3Error(400, "InvalidRequest");
		if (there !== undefined) return s3Error(412, "PreconditionFailed");
		if (call.headers["x-amz-checksum-sha256"] !== digest(call.body).toString("base64")) {
			return s3Error(400, "BadDigest");
		}
		if (
			call.headers["x-amz-object-lock-mode"] !== undefined &&
			call.headers["x-amz-sdk-checksum-algorithm"] !== "SHA256"
		) {
			return s3Error(400, "InvalidRequest");
		}
		const kept = Object.entries(call.headers).filter(([name]) =>
			/^(?:content-type$|x-amz-(?:meta|object-lock|server-side))/u.test(name),
		);
		objects.set(key, {
			body: call.body,
			headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
		});
		return { status: 200, headers: { etag: '"tag"' } };
	};
	const server = await contractServer((call) => {
		const reply = replies.length > 0 ? replies.shift() : always;
		if (reply === undefined) return take(call);
		if (storing) take(call);
		return reply;
	});
	return {
		server,
		objects,
		answer: (next, andStores = false) => {
			replies = [...next];
			storing = andStores;
		},
		always: (reply) => {
			always = reply;
		},
		close: async () => server.close(),
	};
}

/** The lines of all NDJSON objects but probes, in the order of their keys. */
export function linesOf({ objects }: Pick<FakeBucket, "objects">): readonly string[] {
	return [...objects]
		.filter(([key]) => !key.includes("_probe/"))
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([key, { body }]) =>
			(key.endsWith(".gz") ? gunzipSync(body) : body).toString().trimEnd().split("\n"),
		);
}

/** An error as S3 says it. */
export const s3Error = (status: number, code: string, message = "because"): Reply => ({
	status,
	headers: { "content-type": "application/xml" },
	body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>1</RequestId></Error>`,
});

const digest = (data: string | Uint8Array): Buffer => createHash("sha256").update(data).digest();
const hmac = (key: string | Buffer, text: string): Buffer =>
	createHmac("sha256", key).update(text).digest();

/** AWS Signature Version 4, from the receiver's side. */
function signatureFault({ method, path, headers, body }: Call): string | undefined {
	const said =
		/^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/u.exec(
			headers.authorization ?? "",
		);
	const [, id, date = "", region = "", names = "", signature] = said ?? [];
	if (id !== KEYS.accessKeyId) return "InvalidAccessKeyId";
	if (region !== "eu-central-1") return "AuthorizationHeaderMalformed";
	const stamp = String(headers["x-amz-date"]);
	const at = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, "$1-$2-$3T$4:$5:$6Z");
	if (!(Math.abs(Date.now() - Date.parse(at)) < HOUR_MS / 4)) return "RequestTimeTooSkewed";
	const sum = digest(body).toString("hex");
	if (headers["x-amz-content-sha256"] !== sum) return "XAmzContentSHA256Mismatch";
	for (const name of Object.keys(headers)) {
		if (name.startsWith("x-amz-") && !names.split(";").includes(name)) return "AccessDenied";
	}
	const canonicalPath = path
		.split("/")
		.map((part) => encodeURIComponent(decodeURIComponent(part)))
		.join("/");
	const lines = names.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
	const request = [method, canonicalPath, "", lines.join(""), names, sum].join("\n");
	const scope = `${date}/${region}/s3/aws4_request`;
	const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${digest(request).toString("hex")}`;
	const key = [date, region, "s3", "aws4_request"].reduce(
		(last: string | Buffer, part) => hmac(last, part),
		`AWS4${KEYS.secretAccessKey}`,
	);
	const right = hmac(key, text).toString("hex");
	return signature === right ? undefined : "SignatureDoesNotMatch";
}
