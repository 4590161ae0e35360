/** One thing that `doctor` looked at. */
export interface Finding {
	readonly area: "node" | "app" | "config" | "keys" | "trail" | "sinks";
	/** `fault`: something will not be recorded or delivered; `warning`: it works, and may not be what is wanted. */
	readonly status: "ok" | "warning" | "fault";
	/** What was found, and where it is no `ok`, what to do. */
	readonly says: string;
}

/** Makes findings of one area. */
export const findings = (area: Finding["area"]) => ({
	ok: (says: string): Finding => ({ area, status: "ok", says }),
	warning: (says: string): Finding => ({ area, status: "warning", says }),
	fault: (says: string): Finding => ({ area, status: "fault", says }),
});

/** "1 stream", "2 streams". */
export const counted = (count: number, what: string): string =>
	`${count} ${what}${count === 1 ? "" : "s"}`;

/** What a file system's error says, in short. */
export const codeOf = (error: unknown): string =>
	error instanceof Error && "code" in error ? String(error.code) : String(error);
