import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UUID7_RANDOM_BYTES, uuid7 } from "@mcp-trail/event";
import { afterAll, expect, it } from "vitest";
import { trailLines } from "../services/kafka/trail-on-disk.ts";
import { faultProxy } from "./fault-proxy.ts";
import { drillTargets } from "./targets.ts";

const program = join(import.meta.dirname, "killed-recorder.ts");
const execArgv = ["--conditions=@mcp-trail/source", "--import", import.meta.resolve("tsx")];
/** An answer is held for twice this. */
const HELD_MS = 60_000;
const DELIVERY_MS = 60_000;

/** Every recorder that was started: none outlives a test that fails. */
const recorders: ChildProcess[] = [];
afterAll(() => {
	for (const child of recorders) child.kill("SIGKILL");
});

async function recorder(target: string, url: string, dir: string): Promise<ChildProcess> {
	const child = fork(program, [target, url, dir], { execArgv });
	recorders.push(child);
	const started = new AbortController();
	child.once("exit", (code) => {
		started.abort(new Error(`the recorder ended with ${code} before it was ready`));
	});
	const [said] = await once(child, "message", { signal: started.signal });
	expect(said).toBe("ready");
	return child;
}

const targets = (await drillTargets()).filter(({ name }) =>
	["elasticsearch", "splunk-hec", "webhook"].includes(name),
);

it.concurrent.each(targets)(
	"[sinks.drilled] $name keeps its promises while the recorder is killed before it hears the answer",
	{ timeout: 300_000 },
	async (target) => {
		const folder = await mkdtemp(join(tmpdir(), "mcp-trail-killed-"));
		const dir = join(folder, "trail");
		const destination = await target.start();
		const proxy = await faultProxy(destination.url, target, HELD_MS);
		const { delivery } = destination.sink(proxy.url, { timeoutMs: HELD_MS });
		try {
			const ids = Array.from({ length: 20 }, () =>
				uuid7(Date.now(), randomBytes(UUID7_RANDOM_BYTES)),
			);
			const first = await recorder(target.name, proxy.url, dir);
			const arrives = async (wanted: (id: string) => boolean): Promise<void> => {
				for (const until = Date.now() + DELIVERY_MS; ; await sleep(10)) {
					if ((await destination.received()).some(wanted)) return;
					if (Date.now() > until) throw new Error("nothing arrived");
				}
			};
			// What the recorder says of itself comes first; its answer is not the one that is held.
			await arrives(() => true);
			await proxy.begin("slow");
			const durable: unknown[] = [];
			first.on("message", (id) => durable.push(id));
			first.send(ids);
			await arrives((id) => ids.includes(id));
			first.kill("SIGKILL");
			const [, signal] = await once(first, "exit");
			expect(signal).toBe("SIGKILL");
			expect(durable.length).toBeGreaterThan(0);
			await proxy.end();

			const next = await recorder(target.name, proxy.url, dir);
			next.send([]);
			expect(await once(next, "exit")).toEqual([0, null]);

			const arrived = await destination.received();
			const recorded = [...(await trailLines(dir)).values()].flat().map((line): string => {
				const { id }: { id: string } = JSON.parse(line.toString());
				return id;
			});
			expect(durable.filter((id) => !arrived.includes(String(id)))).toEqual([]);
			expect(arrived.filter((id) => !recorded.includes(id))).toEqual([]);
			const repeated = arrived.length - new Set(arrived).size;
			console.info(
				`${target.name}, recorder killed: ${durable.length} durable, ${arrived.length} arrived, ${repeated} again`,
			);
			expect(repeated === 0).toBe(delivery === "deduplicated");
		} finally {
			await proxy.close();
			await destination.close();
			await rm(folder, { recursive: true, force: true });
		}
	},
);
