import { describe, expect, inject, it } from "vitest";
import { walkthrough } from "../walkthrough/walkthrough.ts";
import { syslogNg } from "./syslog-ng.ts";

const syslogRuns = inject("syslogNotRun") === "";

describe.runIf(syslogRuns)("walk-throughs with rsyslog and syslog-ng", () => {
	it.each([
		["relp", 4],
		["syslog", 6],
	])(
		"[siem.walkthrough_syslog] docs/siem/%s.md leads to the first event as it is written",
		async (page, outputs) => {
			const { program, modules, libraries } = await syslogNg();
			const installed = `LD_LIBRARY_PATH="${libraries}" exec "${program}" --module-path="${modules}" "$@"`;
			const programs = { "syslog-ng": installed };
			const { compared } = await walkthrough(`docs/siem/${page}.md`, { programs });
			expect(compared).toBeGreaterThanOrEqual(outputs);
		},
	);
});
