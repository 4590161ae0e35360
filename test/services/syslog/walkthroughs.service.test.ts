import { describe, expect, inject, it } from "vitest";
import { walkthrough } from "../walkthrough/walkthrough.ts";

const syslogRuns = inject("syslogNotRun") === "";

describe.runIf(syslogRuns)("walk-throughs with rsyslog", () => {
	it.each(["relp", "syslog"])(
		"[siem.walkthrough_syslog] docs/siem/%s.md leads to the first event as it is written",
		async (page) => {
			const { compared } = await walkthrough(`docs/siem/${page}.md`);
			expect(compared).toBeGreaterThanOrEqual(4);
		},
	);
});
