import type { SimulatedProcess } from "@mcp-trail/audit/testing";

async function textOf(process: SimulatedProcess, path: string): Promise<string> {
	const status = await process.files.status(path);
	if (status === undefined) return "";
	const handle = await process.files.open(path, "read");
	const bytes = await handle.read(status.size, 0);
	await handle.close();
	return Buffer.from(bytes).toString("utf8");
}

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

/** The places that a file of dead letters holds. */
export async function lettersOf(
	process: SimulatedProcess,
	path: string,
): Promise<readonly string[]> {
	return linesOf(await textOf(process, path)).map((line) => {
		const stream = /"stream_id":"([^"]+)"/.exec(line)?.[1] ?? "";
		return `${stream}/${/"sequence":(\d+)/.exec(line)?.[1]}`;
	});
}

/** Every line of the trail's folder. */
export async function linesIn(process: SimulatedProcess): Promise<readonly string[]> {
	const lines: string[] = [];
	for (const stream of await process.files.list("/trail")) {
		for (const name of await process.files.list(`/trail/${stream}`)) {
			if (!name.endsWith(".ndjson")) continue;
			lines.push(...linesOf(await textOf(process, `/trail/${stream}/${name}`)));
		}
	}
	return lines;
}

/** The place of each of them. */
export const storedIn = async (process: SimulatedProcess): Promise<readonly string[]> =>
	(await linesIn(process)).map((line) => {
		const found = /"integrity":\{"stream_id":"([^"]+)","sequence":(\d+)/.exec(line);
		return `${found?.[1]}/${found?.[2]}`;
	});
