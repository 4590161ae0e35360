import { once } from "node:events";
import { sealer } from "@mcp-trail/integrity";
import { expect, it } from "vitest";
import type { ExitFiles, Files } from "../system.ts";
import { simulatedWorld } from "../testing/simulated-world.ts";
import { testEvent } from "../testing/trail-check-kit.ts";
import { liveStream } from "./live-stream.ts";
import { segmentPath, type OwnedStream } from "./owned-stream.ts";

it.each(["removes", "is about to remove"])(
	"[durable.exit] keeps what a process writes at its end, though a write before it failed and the next one %s what that left",
	async (what) => {
		for (let seed = 1; seed <= 40; seed += 1) {
			const world = simulatedWorld(seed);
			const process = world.start();
			const exitFiles = process.exitFiles as ExitFiles;
			const path = "/stream";
			await world.run(() => process.files.makeFolder(path));
			const removal = new AbortController();
			const atRemoval = once(removal.signal, "abort");
			const reached = (): void => removal.abort();
			const files: Files = {
				...process.files,
				async status(of) {
					const status = await process.files.status(of);
					if (what === "is about to remove" && status?.kind === "file") reached();
					return status;
				},
				remove(of) {
					const removing = process.files.remove(of);
					reached();
					return removing;
				},
			};
			const stream: OwnedStream = {
				streamId: "s",
				path,
				generation: 0,
				segments: [],
				cursors: new Map(),
			};
			const live = liveStream({
				system: { ...process, files },
				stream,
				segmentBytes: 10_000,
				sync: true,
				relieve: async () => false,
				report: () => undefined,
			});
			const chain = sealer("s");
			const lines = [chain.seal(testEvent(1))];
			const bytes = (lines[0]?.bytes.length ?? 0) + 1;
			world.faults.writeError = 1;
			await world.run(async () => {
				const failed = live.write(lines, bytes).catch(() => undefined);
				await atRemoval;
				live.exit([chain.seal(testEvent(2))], exitFiles);
				if (what === "removes") process.exit();
				else await failed;
			});
			const kept = world.disk.open(segmentPath(path, 1), "read", 1);
			const text = Buffer.from(kept.read(kept.size, 0)).toString();
			expect([seed, text.split("\n").length - 1]).toEqual([seed, 2]);
		}
	},
);
