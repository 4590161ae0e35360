import type { RefusedItem, Sink, SinkError } from "@mcp-trail/audit";
import type { Format } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import { type DiskFaultCode, diskFaultOf, diskFaults } from "./file/disk-faults.ts";
import { rotatedFile } from "./file/rotated.ts";
import { projected } from "./http/encoded.ts";
import { checkCount, optionCheck } from "./http/http-options.ts";
import { isSinkError, sinkError } from "./sink-error.ts";
import { turns } from "./turns.ts";
import { within } from "./within.ts";

/** How {@link fileSink} writes. */
export interface FileSinkOptions {
	/** In a folder that exists; a link is not followed. One sink, in one process, to one path. */
	readonly path: string;
	/** What a line holds. @default the stored line, byte for byte */
	readonly format?: Format;
	/** Size at which a new file is begun, in bytes. @default 104_857_600 */
	readonly maxBytes?: number;
	/** Older files that stay; the oldest beyond them is removed, read or not. @default 10 */
	readonly keepFiles?: number;
	/** Waits until each batch is on the disk. False: best effort. @default true */
	readonly sync?: boolean;
	/** Longest wait for the disk, in milliseconds. @default 10_000 */
	readonly timeoutMs?: number;
	/** `^[a-z][a-z0-9_-]{0,31}$` @default "file" */
	readonly name?: string;
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/u;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const MAX_EVENTS = 500;

/**
 * Writes one line per event to a file that is rotated, for the forwarder that already runs there: at least once,
 * in order, on this machine's disk. Older files are called `<path>.<UTC time>-<number>` and are never changed.
 *
 * Throws `TypeError` on an invalid option.
 *
 * @example
 * ```ts
 * import { fileSink } from "@mcp-trail/sinks/file";
 *
 * const audit = openAudit({ service: "tickets", sinks: [fileSink({ path: "/var/log/mcp/audit.ndjson" })] });
 * ```
 */
export function fileSink(options: FileSinkOptions): Sink {
	const {
		path,
		format,
		maxBytes = 104_857_600,
		keepFiles = 10,
		sync = true,
		timeoutMs = 10_000,
		name = "file",
	} = options;
	const check = optionCheck("fileSink");
	check(typeof path === "string" && path !== "" && !path.endsWith("/"), "path", "takes a file");
	check(NAME.test(name), "name", `must match ${NAME.source}`);
	check(typeof sync === "boolean", "sync", "takes true or false");
	checkCount(check, "maxBytes", maxBytes);
	checkCount(check, "keepFiles", keepFiles);
	checkCount(check, "timeoutMs", timeoutMs);

	const file = rotatedFile({ path, maxBytes, keepFiles, sync });
	const inTurn = turns();
	let closed = false;

	function fault(code: DiskFaultCode, cause?: unknown, items?: readonly RefusedItem[]): SinkError {
		const { verdict, says, remedy } = diskFaults[code];
		const system = cause === undefined ? "" : ` (${systemCode(cause)})`;
		const message = `The file ${path} ${says}${system}. ${remedy}`;
		return sinkError(code, verdict, message, { cause, ...(items === undefined ? {} : { items }) });
	}

	async function attempt(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
		const working = inTurn(async () => {
			if (closed) throw fault("closed");
			if (signal.aborted) throw fault("aborted");
			await work();
		});
		try {
			await within(working, timeoutMs, signal, (why) =>
				fault(why === "aborted" ? "aborted" : "disk_timeout"),
			);
		} catch (error) {
			throw isSinkError(error) ? error : fault(diskFaultOf(systemCode(error)), error);
		}
	}

	return {
		name,
		delivery: sync ? "at_least_once" : "best_effort",
		ordered: true,
		limits: { events: MAX_EVENTS, inFlight: 1 },
		write: async (batch, signal) => {
			const lines: Uint8Array[] = [];
			const refused: number[] = [];
			for (const [index, event] of batch.entries()) {
				const line = lineOf(event, format);
				if (line === undefined) refused.push(index);
				else lines.push(line, Buffer.of(LINE_FEED));
			}
			if (lines.length > 0) {
				await attempt(signal, async () => file.append(Buffer.concat(lines)));
			}
			if (refused.length === 0) return;
			const code = "event_unprojectable";
			throw fault(
				code,
				undefined,
				refused.map((index) => ({ index, verdict: "reject", code })),
			);
		},
		probe: async (signal) => attempt(signal, async () => file.append(new Uint8Array())),
		close: async (signal) => {
			closed = true;
			await within(
				inTurn(async () => file.close()),
				timeoutMs,
				signal,
				() => fault("disk_timeout"),
			);
		},
	};
}

function systemCode(error: unknown): string {
	return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}

/** One line, or undefined where the format throws or gives several: what follows would be a record of its own. */
function lineOf(event: SealedEvent, format: Format | undefined): Uint8Array | undefined {
	try {
		const line = projected(event, format);
		return line.includes(LINE_FEED) || line.includes(CARRIAGE_RETURN) ? undefined : line;
	} catch {
		return undefined;
	}
}
