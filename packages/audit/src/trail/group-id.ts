import type { Files } from "../system.ts";

const MAX_BYTES = 1 << 20;

/** The number of a group, by its name in /etc/group or its own number. */
export async function groupId(files: Files, group: string | number): Promise<number> {
	if (typeof group === "number" && Number.isSafeInteger(group) && group >= 0) return group;
	const file = await files.open("/etc/group", "read");
	try {
		const text = Buffer.from(await file.read(MAX_BYTES, 0)).toString("utf8");
		for (const line of text.split("\n")) {
			const [name, , digits] = line.split(":");
			if (name === group && digits !== undefined && /^[0-9]+$/.test(digits)) return Number(digits);
		}
	} finally {
		await file.close();
	}
	throw new TypeError(
		`groupRead names the group ${JSON.stringify(group)}, which /etc/group does not know. Give its number, or create it.`,
	);
}
