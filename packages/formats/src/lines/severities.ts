import type { Severity } from "@mcp-trail/event";

/** CEF severity, 0 to 10: 0–3 low, 4–6 medium, 7–8 high, 9–10 very high. LEEF `sev` is the same. */
export const cefSeverities: Readonly<Record<Severity, number>> = {
	informational: 1,
	low: 3,
	medium: 5,
	high: 8,
	critical: 10,
};

/** RFC 5424 severity: 6 informational, 5 notice, 4 warning, 3 error, 2 critical. */
export const syslogSeverities: Readonly<Record<Severity, number>> = {
	informational: 6,
	low: 5,
	medium: 4,
	high: 3,
	critical: 2,
};

/** RFC 5424 facilities (§6.2.1) that an audit trail is sent under; "log audit" is made for it. */
export const facilities = {
	auth: 4,
	authpriv: 10,
	audit: 13,
	alert: 14,
	local0: 16,
	local1: 17,
	local2: 18,
	local3: 19,
	local4: 20,
	local5: 21,
	local6: 22,
	local7: 23,
} as const;

/** A facility of RFC 5424, by name. */
export type Facility = keyof typeof facilities;
