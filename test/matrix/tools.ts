/** How long a tool that nobody stops works on after it said that it began. */
const WORK_MS = 1500;

/** What a waiting tool gets from either SDK. */
export interface Context {
	readonly signal: AbortSignal;
	/** Tells the caller that the tool was entered. */
	began(): Promise<void>;
}

/** Says that it began, then works until it is stopped or done. */
export async function work(context: Context): Promise<string> {
	await context.began();
	await new Promise<void>((resolve) => {
		const timer = setTimeout(resolve, WORK_MS);
		context.signal.addEventListener("abort", () => {
			clearTimeout(timer);
			resolve();
		});
	});
	return "done";
}

/** Tools that work for a while; named after the cause they serve. */
export const workingTools = ["cancelled", "timed_out", "connection_closed"] as const;
