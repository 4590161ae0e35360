import type { ExitCode, Io } from "../io.ts";
import { eventLine } from "../event-line.ts";
import { Failure } from "../failure.ts";
import { escape } from "../escape.ts";
import { isFolder } from "../read-input.ts";
import type { TailWork } from "../tail/tail-work.ts";
import { tailFile } from "../tail/tail-file.ts";
import { tailFolder } from "../tail/tail-folder.ts";

/** Options of `mcp-trail tail`. */
export interface TailCommandOptions {
	readonly follow?: boolean;
	/** Last events shown, or `all`. @default 10 */
	readonly lines?: string;
	readonly json?: boolean;
}

/** Shows a trail's last events, and with `follow` those that come. */
export async function tail(path: string, options: TailCommandOptions, io: Io): Promise<ExitCode> {
	const last = lastOf(options.lines ?? "10");
	const show = async (line: Uint8Array): Promise<void> => {
		if (options.json !== true) await io.stdout.write(`${eventLine(line)}\n`);
		else if (io.stdout.isTerminal)
			await io.stdout.write(`${escape(Buffer.from(line).toString(), Number.POSITIVE_INFINITY)}\n`);
		else await io.stdout.write(Buffer.concat([line, Buffer.from("\n")]));
	};
	const work: TailWork = { path, last, follow: options.follow === true, show, io };
	try {
		if (await isFolder(path)) await tailFolder(work);
		else await tailFile(work);
	} catch (error) {
		// Interrupted is how following ends.
		if (!io.signal.aborted) throw error;
	}
	return 0;
}

function lastOf(text: string): number {
	if (text === "all") return Number.POSITIVE_INFINITY;
	if (/^[0-9]{1,7}$/.test(text)) return Number(text);
	throw new Failure(`--lines ${escape(text)} is no number. Give how many events to show, or all.`);
}
