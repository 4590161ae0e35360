/** One run of the suite against one program, and what that program reached when it was written. */
export interface Plan {
	readonly name: string;
	readonly side: "server" | "client";
	/** Its file URL. */
	readonly program: string;
	readonly select: readonly string[];
	/** Fewest checks passed and most failed without instrumentation. */
	readonly floor: { readonly passed: number; readonly failed: number };
	/** When it runs once more with the audit extension spoken, and whether that shows in what the suite says it saw. */
	readonly extension: { readonly run: "always" | "with --all"; readonly shows: boolean };
}

/** What the gate runs, and the floors that the bare programs must reach. */
export const plans: readonly Plan[] = [
	{
		name: "server-v1",
		side: "server",
		program: import.meta.resolve("./server-v1.ts"),
		select: ["--suite", "all", "--spec-version", "2025-11-25"],
		floor: { passed: 77, failed: 4 },
		extension: { run: "always", shows: false },
	},
	{
		name: "server-v2",
		side: "server",
		program: import.meta.resolve("./server-v2.ts"),
		select: ["--suite", "all", "--spec-version", "2025-11-25"],
		floor: { passed: 84, failed: 0 },
		extension: { run: "always", shows: false },
	},
	{
		name: "server-v2-2026",
		side: "server",
		program: import.meta.resolve("./server-v2.ts"),
		select: ["--requirements", "2026-07-28"],
		// What fails is the tasks extension, which the SDK does not have and the suite does not score.
		floor: { passed: 164, failed: 30 },
		extension: { run: "always", shows: true },
	},
	{
		name: "client-v1",
		side: "client",
		program: import.meta.resolve("./client-v1.ts"),
		select: ["--suite", "all", "--spec-version", "2025-11-25"],
		floor: { passed: 279, failed: 0 },
		extension: { run: "always", shows: true },
	},
	{
		name: "client-v2",
		side: "client",
		program: import.meta.resolve("./client-v2.ts"),
		// Every scenario there is: of each revision, and of the extensions for authorization and skills.
		select: ["--suite", "all"],
		floor: { passed: 518, failed: 0 },
		extension: { run: "with --all", shows: true },
	},
	{
		name: "client-v2-2026",
		side: "client",
		program: import.meta.resolve("./client-v2.ts"),
		select: ["--suite", "all", "--spec-version", "2026-07-28"],
		floor: { passed: 409, failed: 0 },
		extension: { run: "always", shows: true },
	},
];
