import type { ExitFiles, Files } from "../system.ts";

const MAX_BYTES = 1 << 20;

const FILE = "/etc/group";

/** The number of a group, by its name in /etc/group or its own number. */
export async function groupId(files: Files, group: string | number): Promise<number> {
	if (isNumber(group)) return group;
	const file = await files.open(FILE, "read");
	try {
		return idIn(await file.read(MAX_BYTES, 0), group);
	} finally {
		await file.close();
	}
}

/** The same at the very end of a process. */
export function groupIdAtExit(files: ExitFiles, group: string | number): number {
	return isNumber(group) ? group : idIn(files.read(FILE), group);
}

function isNumber(group: string | number): group is number {
	return typeof group === "number" && Number.isSafeInteger(group) && group >= 0;
}

function idIn(groups: Uint8Array, group: string | number): number {
	for (const line of Buffer.from(groups).toString("utf8").split("\n")) {
		const [name, , digits] = line.split(":");
		if (name === group && digits !== undefined && /^[0-9]+$/.test(digits)) return Number(digits);
	}
	throw new TypeError(
		`groupRead names the group ${JSON.stringify(group)}, which /etc/group does not know. Give its number, or create it.`,
	);
}
