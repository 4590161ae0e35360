import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { connectPair } from "./call-paths.ts";
import { heading } from "./report.ts";

/** Prints how many bytes an event of ordinary traffic takes, plain and gzipped. */
export async function benchBytes(): Promise<void> {
	const dir = mkdtempSync(join(tmpdir(), "mcp-trail-bytes-"));
	const pair = await connectPair(
		{ sdk: "v1", transport: "in-memory", equipment: "audit", concurrency: 1 },
		dir,
	);
	for (let call = 0; call < 500; call += 1) await pair.call();
	await pair.settle();
	await pair.close();
	const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) =>
		name.endsWith(".ndjson"),
	);
	const text = Buffer.concat(files.map((name) => readFileSync(join(dir, name))));
	const events = text.toString().split("\n").length - 1;
	rmSync(dir, { recursive: true, force: true });
	heading(`bytes per event (${events} events of in-memory tools/call, both sides)`);
	console.log(
		`plain ${Math.round(text.length / events)}, gzipped together ${Math.round(gzipSync(text).length / events)}`,
	);
}
