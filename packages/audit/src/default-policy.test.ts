import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { defaultPolicy } from "./default-policy.ts";
import type { Subject } from "./policy.ts";

const subject: Subject = {
	role: "server",
	direction: "client_to_server",
	method: "tools/call",
	acting: true,
};

it("[private.default_policy] keeps metadata only, of everybody, by the rule default, and gates nothing", () => {
	const policy = defaultPolicy();
	const decision = { rule: "default", level: "metadata", intent: false };
	expect(policy.decide(subject)).toEqual({ ...decision, acting: true });
	expect(policy.decide({ ...subject, acting: false, method: "tools/list" })).toEqual({
		...decision,
		acting: false,
	});
	expect(Object.keys(policy)).toEqual(["digest", "decide"]);
	const text = '{"level":"metadata","rules":[{"rule":"default"}]}';
	expect(policy.digest).toBe(`sha256:${createHash("sha256").update(text).digest("hex")}`);
});
