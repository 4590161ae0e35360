import { writeSync } from "node:fs";
import { fileTrail, nodeSystem, type FileHandle, type System } from "@mcp-trail/audit";
import { uuid7 } from "@mcp-trail/event";
import { auditEvent, contextOf } from "./support.ts";

// The process that is killed: kill-writer.ts <dir> <aim> <after>. It says on fd 3 what append acknowledged, and on
// fd 4 what its reader delivered, each only once it is so, with writes that are in the pipe when they return.
const [dir = "", aim = "none", after = "1000"] = process.argv.slice(2);
const ACKNOWLEDGED = 3;
const DELIVERED = 4;
const IN_FLIGHT = 48;

let acknowledged = 0;

function die(): never {
	process.kill(process.pid, "SIGKILL");
	// The signal is on its way; nothing more may happen.
	for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

function isDue(): boolean {
	return acknowledged >= Number(after);
}

function wrap(handle: FileHandle): FileHandle {
	return {
		...handle,
		async writev(buffers, position) {
			if (aim !== "mid_write" || !isDue()) return handle.writev(buffers, position);
			const bytes = Buffer.concat(buffers);
			await handle.writev([bytes.subarray(0, Math.ceil(bytes.length * 0.6))], position);
			return die();
		},
		async datasync() {
			if (aim === "before_sync" && isDue()) die();
			await handle.datasync();
		},
	};
}

/** Dies between a write and its sync, or within the write, once enough was acknowledged. */
function aimed(system: System): System {
	return {
		...system,
		files: {
			...system.files,
			async open(path, flag) {
				const handle = await system.files.open(path, flag);
				return path.endsWith(".ndjson") && flag === "create" ? wrap(handle) : handle;
			},
		},
	};
}

const system = aimed(nodeSystem());
const context = contextOf(system);
const trail = await fileTrail({ dir, segmentBytes: 400_000 })({
	...context,
	onError(error) {
		process.stderr.write(`${error.message}\n`);
	},
});

async function write(index: number): Promise<never> {
	for (let count = 0; ; count++) {
		const id = uuid7(Date.now(), system.random(10));
		const { streamId, sequence } = await trail.append(auditEvent(index * 1_000_000 + count, id));
		writeSync(ACKNOWLEDGED, `${streamId} ${sequence} ${id}\n`);
		acknowledged++;
	}
}

async function deliver(): Promise<void> {
	const reader = await trail.reader("sink");
	const never = new AbortController().signal;
	for (;;) {
		const batch = await reader.read({ events: 200, bytes: 1 << 20, lingerMs: 2 }, never);
		if (batch === undefined) return;
		const lines = batch.events.map(
			({ stream, sequence, event }) => `${stream} ${sequence} ${event.id}\n`,
		);
		writeSync(DELIVERED, lines.join(""));
		await reader.commit(batch.end);
	}
}

await Promise.all([deliver(), ...Array.from({ length: IN_FLIGHT }, (_, index) => write(index))]);
