import { type Audit, type AuditOptions, onceAMinute, openAudit } from "@mcp-trail/audit";
import { messageOf, say } from "./say.ts";

/** The law's one global: the audit of the process, where explicit instrumentation finds it. */
const PROCESS_AUDIT = Symbol.for("mcp-trail.audit");

/** True when another copy of this package has set up this process. */
export const isSetUp = (): boolean => Object.hasOwn(globalThis, PROCESS_AUDIT);

/** The audit of the process, opened when it is first asked for: a process without MCP leaves no stream. */
export interface Pipeline {
	/** Undefined where it cannot be opened, which is said once. */
	audit(): Audit | undefined;
	/** The same where it is open already. */
	opened(): Audit | undefined;
	readonly flush: () => Promise<void>;
	readonly close: () => Promise<void>;
	/** The process ends now: what waits is stored before this returns. */
	readonly closeSync: () => void;
}

const FLUSH_TIMEOUT_MS = 1_900;

/** Makes the audit of the process, and lets everybody in it find it; `onAsked` is called before it is first opened, `onOpened` after. */
export function processPipeline(
	options: AuditOptions,
	onAsked: () => void,
	onOpened: (audit: Audit) => void,
): Pipeline {
	let opened: { readonly audit: Audit | undefined } | undefined;
	const audit = (): Audit | undefined => {
		if (opened !== undefined) return opened.audit;
		onAsked();
		opened = { audit: open(options) };
		if (opened.audit !== undefined) onOpened(opened.audit);
		return opened.audit;
	};
	Object.defineProperty(globalThis, PROCESS_AUDIT, { configurable: true, get: audit });
	return {
		audit,
		opened: () => opened?.audit,
		async flush() {
			const deadline = new AbortController();
			// A host that has nothing else to do is not held: its end closes the trail, within a deadline of its own.
			const timer = setTimeout(() => deadline.abort(), FLUSH_TIMEOUT_MS).unref();
			// What is not flushed by then stays in the trail, and is delivered later.
			await opened?.audit?.flush(deadline.signal).catch(() => undefined);
			clearTimeout(timer);
		},
		async close() {
			await opened?.audit?.close();
		},
		closeSync: () => opened?.audit?.closeSync(),
	};
}

function open(options: AuditOptions): Audit | undefined {
	try {
		// A process that shows no warnings would be recorded, or not, in silence.
		return openAudit({
			onError: onceAMinute(({ code, message }) => say(`[${code}] ${message}`)),
			...options,
		});
	} catch (error) {
		say(`${messageOf(error)} Nothing is recorded; the application runs without it.`);
		return undefined;
	}
}
