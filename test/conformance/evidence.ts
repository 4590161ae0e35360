import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { verifier } from "@mcp-trail/integrity";
import { z } from "zod";

/** The trail that all programs of one run share. */
export const trailFolder = (root: string): string => join(root, "trail");

/** Where each program says how it went. */
export const reportsFolder = (root: string): string => join(root, "reports");

const reportSchema = z.object({
	clean: z.boolean(),
	lost: z.number(),
	head: z.object({ streamId: z.string(), sequence: z.number(), hash: z.string() }).optional(),
	spans: z.number(),
	/** Requests for a token that left the program, counted by the program itself. */
	tokenRequests: z.number(),
	/** What it was warned of. */
	troubles: z.array(z.string()),
});

/** What an instrumented program says when it ends. */
export type ProgramReport = z.infer<typeof reportSchema>;

/** What the instrumented programs of one run left behind. */
export interface Evidence {
	readonly programs: number;
	readonly events: number;
	readonly spans: number;
	/** Requests for a token, each with its event. */
	readonly tokens: number;
	readonly troubles: readonly string[];
}

const eventSchema = z.looseObject({ type: z.string() });

/** Types of the events that tell of traffic; a trail also tells of itself. */
async function trafficIn(file: string): Promise<readonly string[]> {
	const lines = (await readFile(file, "utf8")).split("\n").slice(0, -1);
	const types = lines.map((line) => eventSchema.parse(JSON.parse(line)).type);
	return types.filter((type) => type.startsWith("mcp."));
}

async function readProgram(root: string, report: ProgramReport): Promise<Evidence> {
	const { clean, lost, head, spans, tokenRequests } = report;
	const troubles = [...report.troubles];
	if (!clean || lost > 0) troubles.push(`closed uncleanly, or lost events: ${lost}`);
	const segments = head === undefined ? [] : await segmentsOf(root, head.streamId);
	const types = (await Promise.all(segments.map((segment) => trafficIn(segment)))).flat();
	const events = types.length;
	const tokens = types.filter((type) => type === "mcp.auth.token_exchanged").length;
	if (tokens !== tokenRequests)
		troubles.push(`asked for ${tokenRequests} tokens, and recorded that of ${tokens}`);
	if (events === 0) troubles.push("recorded no event of its traffic");
	if (spans === 0) troubles.push("ended no span");
	return { programs: 1, events, spans, tokens, troubles };
}

const segmentsOf = async (root: string, streamId: string): Promise<readonly string[]> => {
	const stream = join(trailFolder(root), streamId);
	const names = (await readdir(stream)).toSorted();
	return names.filter((name) => name.endsWith(".ndjson")).map((name) => join(stream, name));
};

/** Verifies the trail as a whole, since its streams speak of one another, against the heads that the programs knew. */
async function verifyTrail(root: string, reports: readonly ProgramReport[]): Promise<string[]> {
	const heads = reports.flatMap(({ head }) => head ?? []);
	const verification = verifier({ context: "trail", heads });
	for (const streamId of await readdir(trailFolder(root))) {
		for (const segment of await segmentsOf(root, streamId)) {
			verification.begin({ name: segment, streamId });
			verification.push(await readFile(segment));
		}
	}
	const { faultCount, faults, anchored } = verification.end();
	const found = faults.map((fault) => `the trail does not verify: ${JSON.stringify(fault)}`);
	if (faultCount === 0 && !anchored) found.push("the trail has streams that no program knows");
	return found;
}

/** Reads what the instrumented programs recorded, program by program, and verifies the trail they share. */
export async function readEvidence(root: string): Promise<Evidence> {
	const names = await readdir(reportsFolder(root)).catch(() => []);
	if (names.length === 0) return { programs: 0, events: 0, spans: 0, tokens: 0, troubles: [] };
	const reports = await Promise.all(
		names.map(async (name) =>
			reportSchema.parse(JSON.parse(await readFile(join(reportsFolder(root), name), "utf8"))),
		),
	);
	const found = await Promise.all(reports.map((report) => readProgram(root, report)));
	const troubles = found.flatMap((one, at) =>
		one.troubles.map((trouble) => `program ${names[at]}: ${trouble}`),
	);
	return {
		programs: reports.length,
		events: found.reduce((sum, { events }) => sum + events, 0),
		spans: found.reduce((sum, { spans }) => sum + spans, 0),
		tokens: found.reduce((sum, { tokens }) => sum + tokens, 0),
		troubles: [...troubles, ...(await verifyTrail(root, reports))],
	};
}
