import { expect, it } from "vitest";
import { openAudit } from "./open-audit.ts";

it("closes the sinks of an audit whose trail could not be opened", async () => {
	let closed = 0;
	const audit = openAudit({
		service: "tickets",
		trail: () => Promise.reject(new Error("no such disk")),
		sinks: [
			{
				name: "connected",
				delivery: "at_least_once",
				ordered: true,
				write: () => Promise.resolve(),
				async close() {
					closed += 1;
				},
			},
		],
		onError: () => {},
	});
	const report = await audit.close();
	expect(report.clean).toBe(false);
	expect(closed).toBe(1);
});
