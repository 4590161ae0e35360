import { gunzipSync } from "node:zlib";
import { AwsClient } from "aws4fetch";
import type { Store } from "./start.ts";

/** A bucket as somebody else sees it: not through the sink. */
export interface Bucket {
	readonly name: string;
	/** Keys and tags of all objects, in the order of keys. */
	list(prefix?: string): Promise<readonly { readonly key: string; readonly etag: string }[]>;
	get(key: string): Promise<Buffer>;
	/** What is answered to a request on a key, with an optional query. */
	ask(method: string, key: string): Promise<Response>;
	/** The lines of NDJSON objects, in the order of their keys. */
	lines(prefix: string): Promise<readonly string[]>;
}

/** Makes a bucket. */
export async function makeBucket(
	{ endpoint, region, keys }: Store,
	name: string,
	{ lock = false } = {},
): Promise<Bucket> {
	const client = new AwsClient({ ...keys, region, service: "s3", retries: 0 });
	const ask = async (method: string, key: string, init: RequestInit = {}): Promise<Response> =>
		client.fetch(`${endpoint}/${name}${key === "" ? "" : `/${key}`}`, { method, ...init });
	const made = await ask("PUT", "", {
		...(lock ? { headers: { "x-amz-bucket-object-lock-enabled": "true" } } : {}),
		...(region === "us-east-1"
			? {}
			: {
					body: `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
				}),
	});
	if (!made.ok) throw new Error(`bucket ${name}: ${made.status} ${await made.text()}`);

	async function get(key: string): Promise<Buffer> {
		const answer = await ask("GET", key);
		if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
		return Buffer.from(await answer.arrayBuffer());
	}

	async function list(prefix = "") {
		const found: { key: string; etag: string }[] = [];
		for (let after = ""; ;) {
			const query = new URLSearchParams({ "list-type": "2", prefix, "start-after": after });
			const answer = await client.fetch(`${endpoint}/${name}?${query.toString()}`);
			const text = await answer.text();
			for (const [, one = ""] of text.matchAll(/<Contents>(.*?)<\/Contents>/gsu)) {
				const [, key = ""] = /<Key>(.*?)<\/Key>/su.exec(one) ?? [];
				const [, etag = ""] = /<ETag>(.*?)<\/ETag>/su.exec(one) ?? [];
				found.push({ key: decodeURIComponent(key), etag });
				after = key;
			}
			if (!text.includes("<IsTruncated>true</IsTruncated>")) return found;
		}
	}

	return {
		name,
		list,
		get,
		ask: async (method, key) => ask(method, key),
		lines: async (prefix) => {
			const lines: string[] = [];
			for (const { key } of await list(prefix)) {
				lines.push(
					...gunzipSync(await get(key))
						.toString()
						.trimEnd()
						.split("\n"),
				);
			}
			return lines;
		},
	};
}
