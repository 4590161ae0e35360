/** The `code` of a system error such as `ENOSPC`; undefined for anything else that was thrown. */
export function errorCode(error: unknown): string | undefined {
	if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
	return typeof error.code === "string" ? error.code : undefined;
}

/** True where a file system, such as one of a network, cannot sync a folder; new names last as it likes. */
export function isFolderSyncUnknown(error: unknown): boolean {
	const code = errorCode(error);
	return ["EINVAL", "EISDIR", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM"].some(
		(one) => one === code,
	);
}

/** True where a file system had no room, or no more for this user. */
export function isDiskFull(error: unknown): boolean {
	const code = errorCode(error);
	return code === "ENOSPC" || code === "EDQUOT";
}
