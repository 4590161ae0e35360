/** One variant of one call path in a process of its own: runs blocks of tools/call when its parent says so. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectPair, type Variant } from "./call-paths.ts";

const variant = JSON.parse(process.argv[2] ?? "{}") as Variant;
const dir = mkdtempSync(join(tmpdir(), "mcp-trail-bench-"));
const pair = await connectPair(variant, dir);

process.on("message", (message: { readonly items?: number }) => {
	if (message.items === undefined) {
		void pair.close().then(() => {
			rmSync(dir, { recursive: true, force: true });
			process.exit(0);
		});
		return;
	}
	void measure(message.items).then((measured) => process.send?.(measured));
});

/** In-memory calls take microtasks only: now and then the event loop gets its turn, as it does in any real process. */
const CALLS_PER_TURN = 50;

function nextTurn(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}

async function measure(items: number): Promise<{ items: number; cpuUs: number; wallUs: number }> {
	const peerBefore = await pair.peerCpuUs();
	const started = process.hrtime.bigint();
	const before = process.cpuUsage();
	let left = items;
	const caller = async (): Promise<void> => {
		while (left > 0) {
			left -= 1;
			await pair.call();
			if (variant.transport === "in-memory" && left % CALLS_PER_TURN === 0) await nextTurn();
		}
	};
	await Promise.all(Array.from({ length: variant.concurrency }, caller));
	await pair.settle();
	const { user, system } = process.cpuUsage(before);
	const wallUs = Number((process.hrtime.bigint() - started) / 1000n);
	const peer = (await pair.peerCpuUs()) - peerBefore;
	return { items, cpuUs: user + system + peer, wallUs };
}

process.send?.({ ready: true });
