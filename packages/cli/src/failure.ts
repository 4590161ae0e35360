/** Something the person at the shell can mend; the message says how. */
export class Failure extends Error {
	readonly code = "cli_failure";
}

/** True for a {@link Failure}, by shape. */
export function isFailure(error: unknown): error is Failure {
	return error instanceof Error && "code" in error && error.code === "cli_failure";
}

/** What an error of the file system means for whoever named the path. */
export function fileFailure(path: string, error: unknown): Failure {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	const remedy = remedies[code] ?? `${String(error)}. Check the path and try again.`;
	return new Failure(`${path}: ${remedy}`, { cause: error });
}

const remedies: Readonly<Record<string, string>> = {
	ENOENT: "does not exist. Check the path; `-` reads standard input.",
	EACCES: "may not be read by this user. Run as the trail's owner, or have its group read it.",
	EPERM: "may not be read by this user. Run as the trail's owner, or have its group read it.",
	EISDIR: "is a folder. Name a file.",
	ELOOP: "is a symbolic link, which is not followed here. Name the file itself.",
};
