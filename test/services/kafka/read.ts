import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { kafkaJars } from "./distribution.ts";

/** A record as Kafka's own Java consumer read it. */
export interface StoredRecord {
	readonly partition: number;
	readonly offset: number;
	readonly key: Buffer | undefined;
	readonly value: Buffer | undefined;
	readonly headers: Readonly<Record<string, string>>;
}

interface PrintedRecord {
	readonly partition: number;
	readonly offset: number;
	readonly key: string | null;
	readonly value: string | null;
	readonly headers: Readonly<Record<string, string>>;
}

const program = fileURLToPath(new URL("ReadTopic.java", import.meta.url));
const bytes = (text: string | null): Buffer | undefined =>
	text === null ? undefined : Buffer.from(text, "base64");

/**
 * Reads a whole topic with Apache's Java consumer, so that the client under test is not its own
 * witness; in the order of each partition.
 */
export async function readTopic(brokers: string, topic: string): Promise<StoredRecord[]> {
	const classPath = join(await kafkaJars(), "*");
	const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error";
	const args = ["-Xmx512m", "-XX:TieredStopAtLevel=1", quiet, "-cp", classPath, program];
	const child = spawn("java", [...args, brokers, topic], {
		stdio: ["ignore", "pipe", "pipe"],
		timeout: 120_000,
	});
	let said = "";
	child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
	const ended = new Promise<number | null>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", resolve);
	});
	const records: StoredRecord[] = [];
	for await (const line of createInterface({ input: child.stdout })) {
		const { partition, offset, key, value, headers }: PrintedRecord = JSON.parse(line);
		const texts: Record<string, string> = {};
		for (const [name, text] of Object.entries(headers)) {
			texts[name] = Buffer.from(text, "base64").toString();
		}
		records.push({
			partition,
			offset,
			key: bytes(key),
			value: bytes(value),
			headers: texts,
		});
	}
	const code = await ended;
	if (code !== 0)
		throw new Error(`the Java consumer ended with ${code} (a JDK is needed):\n${said}`);
	return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}
