import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../kafka/ports.ts";
import { serverProcess } from "../server-process.ts";
import { s3Programs } from "./tools.ts";

/** Where objects go, and who may write them. */
export interface Store {
	/** As the store itself says it. */
	readonly says: string;
	readonly endpoint: string;
	readonly region: string;
	readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
	close(): Promise<void>;
}

const READY_MS = 60_000;
const REGION = "eu-central-1";

/**
 * Starts moto's S3 on this machine; or uses the store named by `S3_ENDPOINT`, `S3_ACCESS_KEY_ID` and
 * `S3_SECRET_ACCESS_KEY`, such as a MinIO.
 */
export async function startStore(): Promise<Store> {
	const { S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = process.env;
	if (S3_ENDPOINT !== undefined) {
		return {
			says: `the store at ${S3_ENDPOINT}`,
			endpoint: S3_ENDPOINT,
			region: S3_REGION ?? "us-east-1",
			keys: {
				accessKeyId: S3_ACCESS_KEY_ID ?? "",
				secretAccessKey: S3_SECRET_ACCESS_KEY ?? "",
			},
			close: async () => undefined,
		};
	}
	const folder = await mkdtemp(join(tmpdir(), "mcp-trail-s3-"));
	const [port = 0] = await freePorts(1);
	const args = ["-H", "127.0.0.1", "-p", String(port)];
	const server = serverProcess(join(s3Programs, "moto_server"), args, join(folder, "moto.log"));
	await server.launch();
	const endpoint = `http://127.0.0.1:${port}`;
	const until = Date.now() + READY_MS;
	for (;;) {
		const answer = await fetch(`${endpoint}/moto-api/data.json`).catch(() => undefined);
		if (answer?.ok === true) break;
		if (!server.alive() || Date.now() > until) {
			throw new Error(`moto did not start: ${await server.log()}`);
		}
		await sleep(100);
	}
	return {
		says: "moto 5.2.5",
		endpoint,
		region: REGION,
		keys: { accessKeyId: "test", secretAccessKey: "test" },
		close: async () => {
			await server.stop();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
