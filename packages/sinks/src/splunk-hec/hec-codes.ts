import type { Verdict } from "@mcp-trail/audit";

/** What an answer of the HTTP Event Collector means. */
export interface HecCode {
	/** The error's code. */
	readonly name: string;
	readonly verdict: Verdict;
	readonly remedy: string;
}

const hec = (name: string, verdict: Verdict, remedy: string): HecCode => ({
	name,
	verdict,
	remedy,
});

const DATA = "Splunk cannot read the event; see the dead letter.";
const TOKEN = "Check `token` and that it is enabled in Splunk.";
const CHANNEL = "Set `acknowledge` as the token is set in Splunk.";

/** The collector's own codes but for 0, success; docs/http-sinks.md is held equal to it by a test. */
export const hecCodes: Readonly<Record<number, HecCode>> = {
	1: hec("token_disabled", "hold", TOKEN),
	2: hec("token_required", "hold", TOKEN),
	3: hec("invalid_authorization", "hold", TOKEN),
	4: hec("invalid_token", "hold", TOKEN),
	5: hec("no_data", "retry", "The body was lost on the way; look at what stands in between."),
	6: hec("invalid_data_format", "reject", DATA),
	7: hec("incorrect_index", "hold", "Give the token the index named by `index`."),
	8: hec("internal_error", "retry", "Read Splunk's own log."),
	9: hec("server_busy", "retry", "Splunk's queues are full; add capacity if this lasts."),
	10: hec("data_channel_missing", "hold", CHANNEL),
	11: hec("invalid_data_channel", "hold", CHANNEL),
	12: hec("event_field_required", "reject", DATA),
	13: hec("event_field_blank", "reject", DATA),
	14: hec("ack_disabled", "hold", CHANNEL),
	15: hec("invalid_indexed_fields", "reject", DATA),
	16: hec("query_string_authorization_disabled", "hold", TOKEN),
};
