import { memoryTrail, openAudit } from "@mcp-trail/audit";
import { expect, it } from "vitest";
import { approvalDecided } from "../inputs/approval-decided.ts";
import { discoveryRead } from "../discovery/discovery-read.ts";

const target = { kind: "tool", name: "pay" };
const wrong: readonly [string, unknown][] = [
	["nothing", undefined],
	["an empty object", {}],
	["no target", { action: "accept", decidedBy: "user" }],
	["an action of no such name", { action: "toString", decidedBy: "user", target }],
	["nobody who decided", { action: "accept", target }],
];

it.each([
	["approvalDecided", approvalDecided, wrong],
	["discoveryRead", discoveryRead, [...wrong, ["another source", { source: "rumour", url: "x" }]]],
] as const)(
	"[transparent.never_throws] %s counts what it cannot take as lost, says why, and throws nothing",
	async (_name, tell, given) => {
		const errors: { readonly code: string; readonly message: string }[] = [];
		const audit = openAudit({
			service: "desk",
			trail: memoryTrail(),
			onError: (error) => errors.push(error),
		});
		await audit.ready;
		for (const [, one] of given) Reflect.apply(tell, undefined, [audit, one]);
		await new Promise((resolve) => setTimeout(resolve, 5));
		expect(audit.health().lost).toBe(given.length);
		expect(errors[0]?.message).toMatch(/none of these|Cannot read/u);
		await audit.close();
	},
);
