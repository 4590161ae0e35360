/** The `code` of a system error such as `ENOSPC`; undefined for anything else that was thrown. */
export function errorCode(error: unknown): string | undefined {
	if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
	return typeof error.code === "string" ? error.code : undefined;
}

/** True where a file system had no room, or no more for this user. */
export function isDiskFull(error: unknown): boolean {
	const code = errorCode(error);
	return code === "ENOSPC" || code === "EDQUOT";
}
