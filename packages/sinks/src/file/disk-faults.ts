import type { Verdict } from "@mcp-trail/audit";

/** What a failure of the disk means for the events, and what to do about it. */
export interface DiskFault {
	readonly verdict: Verdict;
	readonly says: string;
	readonly remedy: string;
}

/** Failures of a file sink by their code; docs/file-sink.md is held equal to it by a test. */
export const diskFaults = {
	aborted: { verdict: "retry", says: "was not written: called off", remedy: "Nothing to do." },
	closed: {
		verdict: "retry",
		says: "is closed by its sink",
		remedy: "Close the audit before its sinks.",
	},
	disk_full: { verdict: "retry", says: "has no room", remedy: "Make some on its disk." },
	disk_timeout: {
		verdict: "retry",
		says: "was not written within `timeoutMs`",
		remedy: "Check that its disk answers.",
	},
	event_unprojectable: {
		verdict: "reject",
		says: "cannot hold an event, of which the format gives not one line",
		remedy: "Choose another format.",
	},
	file_error: { verdict: "retry", says: "cannot be written", remedy: "Check its disk." },
	file_unusable: {
		verdict: "hold",
		says: "cannot be opened",
		remedy: "Check `path`: a regular file, no link, in a folder that this user may write to.",
	},
} as const satisfies Readonly<Record<string, DiskFault>>;

/** A code of {@link diskFaults}. */
export type DiskFaultCode = keyof typeof diskFaults;

const FULL = /^(?:ENOSPC|EDQUOT)$/u;
const UNUSABLE =
	/^(?:EACCES|EPERM|EROFS|ENOENT|ENOTDIR|EISDIR|ELOOP|ENOTFILE|ENXIO|ENAMETOOLONG)$/u;

/** What an error of the file system means, by the system's own code. */
export function diskFaultOf(systemCode: string): DiskFaultCode {
	if (FULL.test(systemCode)) return "disk_full";
	return UNUSABLE.test(systemCode) ? "file_unusable" : "file_error";
}
