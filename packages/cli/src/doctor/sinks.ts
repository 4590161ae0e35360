import type { Sink, Verdict } from "@mcp-trail/audit";
import { openSinks, type SinksConfig } from "@mcp-trail/sinks/config";
import { bounded, meaning } from "../test-event/send-one.ts";
import { type Finding, findings } from "./finding.ts";

const { ok, warning, fault } = findings("sinks");
const CLOSE_MS = 5_000;

/** Opens every sink, and asks each that can be asked whether its destination is there. Nothing is sent. */
export async function lookAtSinks(
	config: SinksConfig | undefined,
	{ timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<readonly Finding[]> {
	if (config === undefined) return [ok("No sinks: the trail itself is the audit log.")];
	const said: Finding[] = [];
	let sinks: readonly Sink[];
	try {
		sinks = await openSinks(config, { onWarn: (message) => said.push(warning(message)) });
	} catch (error) {
		return [fault(error instanceof Error ? error.message : String(error))];
	}
	for (const sink of sinks) {
		signal.throwIfAborted();
		said.push(await probed(sink, timeoutMs, signal));
	}
	return said;
}

/** What becomes of events while a destination says this. */
const meanwhile: Readonly<Record<Verdict, string>> = {
	retry: "events wait in the trail and are sent again",
	hold: "events wait in the trail",
	reject: "events are refused and go to the dead letters",
};

async function probed(sink: Sink, timeoutMs: number, signal: AbortSignal): Promise<Finding> {
	try {
		if (sink.probe === undefined)
			return ok(
				`${sink.name} opens, and cannot be asked more. mcp-trail test-event --to ${sink.name} sends it an event.`,
			);
		await bounded(async (until) => sink.probe?.(until), timeoutMs, signal);
		return ok(`${sink.name} answers.`);
	} catch (error) {
		signal.throwIfAborted();
		const { code, verdict, message } = meaning(error, timeoutMs);
		return fault(
			`${sink.name} does not answer as it should (${code}): ${message} Until then ${meanwhile[verdict]}.`,
		);
	} finally {
		await bounded(async (until) => sink.close?.(until), CLOSE_MS, signal).catch(() => undefined);
	}
}
