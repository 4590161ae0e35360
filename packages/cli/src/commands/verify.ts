import { type VerifyReport, verifier } from "@mcp-trail/integrity";
import type { ExitCode, Io } from "../io.ts";
import { knownHeads } from "../known-heads.ts";
import { progressLine } from "../progress-line.ts";
import { isFolder, openInput } from "../read-input.ts";
import { feedFolder } from "../verify/feed-folder.ts";
import { type Judgement, judge } from "../verify/judge.ts";
import { jsonReport } from "../verify/json-report.ts";
import { textReport } from "../verify/text-report.ts";

/** Options of `mcp-trail verify`. */
export interface VerifyCommandOptions {
	readonly head?: readonly string[];
	readonly requireAnchor?: boolean;
	readonly excerpt?: boolean;
	readonly json?: boolean;
	readonly text?: boolean;
	readonly maxFaults?: number;
}

/** Verifies a trail's folder, a file, or standard input, and says what is wrong with it. */
export async function verify(
	path: string,
	options: VerifyCommandOptions,
	io: Io,
): Promise<ExitCode> {
	const heads = await knownHeads(options.head ?? []);
	const { maxFaults: maxListed = 100, excerpt = false } = options;
	const settings = { heads, maxListed, excerpt };
	const judgement = (await isFolder(path))
		? await verifyFolder(path, settings, options, io)
		: await verifyInput(path, settings, options, io);
	const asText = options.text ?? (options.json !== true && io.stdout.isTerminal);
	await io.stdout.write(asText ? textReport(judgement) : jsonReport(judgement));
	return judgement.exitCode;
}

type Settings = Pick<
	NonNullable<Parameters<typeof verifier>[0]>,
	"heads" | "maxListed" | "excerpt"
>;

async function verifyInput(
	path: string,
	settings: Settings,
	options: VerifyCommandOptions,
	io: Io,
): Promise<Judgement> {
	const { name, bytes, chunks } = await openInput(path, io);
	const verification = verifier({ ...settings, context: "copy" });
	const progress = progressLine(io.stderr, bytes, () => verification.progress);
	verification.begin({ name });
	for await (const chunk of chunks) {
		io.signal.throwIfAborted();
		verification.push(chunk);
		await progress.show();
	}
	await progress.clear();
	return judgeReport(verification.end(), options, []);
}

async function verifyFolder(
	dir: string,
	settings: Settings,
	options: VerifyCommandOptions,
	io: Io,
): Promise<Judgement> {
	for (let attempt = 1; ; attempt++) {
		const verification = verifier({ ...settings, context: "trail" });
		const feeding = feedFolder(dir, verification);
		const { bytes, obstacles } = await feeding.look();
		const progress = progressLine(io.stderr, bytes, () => verification.progress);
		const isWhole = await feeding.feed(async () => {
			io.signal.throwIfAborted();
			await progress.show();
		});
		await progress.clear();
		// Retention took a segment away between the look and the read: what is there now is whole again.
		if (!isWhole && attempt < 5) continue;
		const changing = isWhole ? [] : [`${dir} changes faster than it can be read; try again later.`];
		return judgeReport(verification.end(), options, [...obstacles, ...changing]);
	}
}

function judgeReport(
	report: VerifyReport,
	{ requireAnchor = false }: VerifyCommandOptions,
	obstacles: readonly string[],
): Judgement {
	return judge(report, { requireAnchor, obstacles });
}
