import type { Delivery, Verdict } from "@mcp-trail/audit";
import { escape } from "../escape.ts";
import type { Answer } from "./send-one.ts";

const acknowledged: Readonly<Record<Delivery, string>> = {
	deduplicated: "acknowledged; sent again, it would not be stored again",
	at_least_once: "acknowledged; sent again, it would come again under the same id",
	best_effort: "handed over; this destination acknowledges nothing, so look for it there",
};

const then: Readonly<Record<Verdict, string>> = {
	retry: "A pipeline would try again.",
	reject: "A pipeline would write a dead letter.",
	hold: "A pipeline would hold, and keep everything until this is mended.",
};

/** What became of a test event, for a person. */
export function answerLine(answer: Answer): string {
	const { sink, type, event_id: id, latency_ms: ms } = answer;
	const where = sink === type ? sink : `${sink} (${type})`;
	if (answer.ok) {
		return `${escape(where)}: event ${id} ${acknowledged[answer.delivery]} (${ms} ms)\n`;
	}
	const { code, verdict, message } = answer;
	return `${escape(where)}: event ${id} NOT delivered: ${escape(code)}, after ${ms} ms\n  ${escape(message, 2048)}\n  ${then[verdict]}\n`;
}
