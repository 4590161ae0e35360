import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

/** What the instrumented programs of one run left behind. */
export interface Evidence {
	readonly programs: number;
	readonly events: number;
	readonly spans: number;
	/** What they had to complain about, and which of them recorded nothing. */
	readonly troubles: readonly string[];
}

const reportSchema = z.object({ spans: z.number(), troubles: z.array(z.string()) });
const outcomeSchema = z.looseObject({ type: z.string() });

/** Events that tell of traffic; a trail also tells of itself. */
async function countTraffic(file: string): Promise<number> {
	const lines = (await readFile(file, "utf8")).split("\n").slice(0, -1);
	const types = lines.map((line) => outcomeSchema.parse(JSON.parse(line)).type);
	return types.filter((type) => type.startsWith("mcp.")).length;
}

/** Reads what the instrumented programs recorded, program by program. */
export async function readEvidence(folder: string): Promise<Evidence> {
	const files = await readdir(folder, { recursive: true });
	const reports = files.filter((file) => file.endsWith("report.json"));
	const evidence = await Promise.all(
		reports.map(async (file) => {
			const own = files.filter((other) => other.startsWith(dirname(file)));
			const segments = own.filter((other) => other.endsWith(".ndjson"));
			const counts = await Promise.all(segments.map((one) => countTraffic(join(folder, one))));
			const report = reportSchema.parse(JSON.parse(await readFile(join(folder, file), "utf8")));
			const events = counts.reduce((sum, count) => sum + count, 0);
			const troubles = [...report.troubles];
			if (events === 0) troubles.push("recorded no event of its traffic");
			if (report.spans === 0) troubles.push("ended no span");
			return {
				events,
				spans: report.spans,
				troubles: troubles.map((what) => `${dirname(file)} ${what}`),
			};
		}),
	);
	return {
		programs: reports.length,
		events: evidence.reduce((sum, { events }) => sum + events, 0),
		spans: evidence.reduce((sum, { spans }) => sum + spans, 0),
		troubles: evidence.flatMap(({ troubles }) => troubles),
	};
}
