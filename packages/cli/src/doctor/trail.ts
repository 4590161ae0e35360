import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { digestKeysFromFile, inspectTrail } from "@mcp-trail/audit";
import { codeOf, counted, type Finding, findings } from "./finding.ts";

const DEFAULT_MAX_BYTES = 1_073_741_824;
const MEBIBYTE = 1_048_576;
const GIBIBYTE = 1_073_741_824;

/** As a person reads it. */
const sizeText = (bytes: number): string =>
	bytes >= GIBIBYTE
		? `${Number((bytes / GIBIBYTE).toFixed(1))} GiB`
		: `${Math.round(bytes / MEBIBYTE)} MiB`;

const trail = findings("trail");
const keys = findings("keys");

/** Looks at the folder that events are kept in, without touching it. */
export async function lookAtTrail(
	dir: string,
	{
		maxBytes = DEFAULT_MAX_BYTES,
		groupRead,
	}: { readonly maxBytes?: number; readonly groupRead?: string },
): Promise<readonly Finding[]> {
	const folder = resolve(dir);
	const found = await stat(folder).catch((error: unknown) => codeOf(error));
	if (typeof found === "string" && found !== "ENOENT")
		return [
			trail.fault(
				`${folder} cannot be looked at (${found}). Check the path, and that this user may.`,
			),
		];
	const there = typeof found === "string" ? await nearest(folder) : folder;
	const writable = await access(there, constants.W_OK | constants.X_OK).then(
		() => true,
		() => false,
	);
	if (!writable)
		return [
			trail.fault(
				`${folder} cannot be written: ${there} is not this user's to write. Set MCP_TRAIL_DIR to a folder that is.`,
			),
		];
	if (typeof found === "string")
		return [trail.ok(`${folder} is not there yet and will be made.`), await space(there, maxBytes)];
	if (!found.isDirectory()) return [trail.fault(`${folder} is no folder. Name another.`)];
	return [
		...owned(folder, found, groupRead),
		await space(there, maxBytes),
		...(await streams(folder)),
	];
}

async function nearest(folder: string): Promise<string> {
	for (let at = dirname(folder); ; at = dirname(at)) {
		const is = await stat(at).catch(() => undefined);
		if (is !== undefined || dirname(at) === at) return at;
	}
}

function owned(
	folder: string,
	{ uid, mode }: { readonly uid: number; readonly mode: number },
	groupRead: string | undefined,
): readonly Finding[] {
	const own = process.getuid?.();
	if (own !== undefined && uid !== own)
		return [
			trail.fault(
				`${folder} is the folder of user ${uid}, and this is user ${own}: it is not adopted. Run doctor as the user of the application, or name another folder.`,
			),
		];
	const open = mode & (groupRead === undefined ? 0o077 : 0o027);
	return open === 0 || own === undefined
		? [trail.ok(`${folder} is this user's alone.`)]
		: [
				trail.warning(
					`${folder} may be read or written by others (mode ${(mode & 0o777).toString(8)}). chmod 700 it.`,
				),
			];
}

async function space(folder: string, maxBytes: number): Promise<Finding> {
	const { bavail, bsize } = await statfs(folder);
	const free = bavail * bsize;
	const says = `${sizeText(free)} free where the trail is; it keeps at most ${sizeText(maxBytes)}.`;
	return free < maxBytes
		? trail.warning(
				`${says} Make room, or lower trail.maxBytes: on a full disk the newest events are lost, and counted.`,
			)
		: trail.ok(says);
}

async function streams(folder: string): Promise<readonly Finding[]> {
	const found = await inspectTrail(folder);
	const writers = found.streams.filter(
		({ owner, ended }) => owner?.alive === true && ended === undefined,
	);
	const lost = found.streams.flatMap((stream) => stream.unrecordedLosses);
	return [
		trail.ok(
			`${counted(found.streams.length, "stream")} in it, ${writers.length === 0 ? "none" : writers.length} being written now${writers.length > 0 ? ` (${writers.map(({ owner }) => `pid ${owner?.pid}`).join(", ")})` : ""}.`,
		),
		...found.unreadable.map(({ path, reason }) =>
			trail.fault(`${path} cannot be read: ${reason}. mcp-trail verify says more.`),
		),
		...(found.foreign.length > 0
			? [
					trail.warning(
						`What is no part of a trail lies in it, such as ${found.foreign[0]} (${found.foreign.length} in all). It is left alone; move it.`,
					),
				]
			: []),
		...(lost.length > 0
			? [
					trail.warning(
						"Events were lost that no record tells of yet; the next process to open the trail records it.",
					),
				]
			: []),
	];
}

/** Looks at the keys of digests. */
export function lookAtKeys(file: string | undefined): Finding {
	if (file === undefined)
		return keys.warning(
			"Digests have a random key for the life of each process: they cannot be looked up, nor compared between processes. Set MCP_TRAIL_DIGEST_KEY_FILE.",
		);
	try {
		const [current, ...others] = digestKeysFromFile(file);
		return keys.ok(
			`${file} is readable for this user alone; current key ${current.id}, ${others.length} for lookup.`,
		);
	} catch (error) {
		return keys.fault(error instanceof Error ? error.message : String(error));
	}
}
