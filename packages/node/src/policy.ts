import { createHash } from "node:crypto";
import { defaultPolicy, type Decision, type Level, type Policy } from "@mcp-trail/audit";

/** The policy that keeps every call at one level. */
export function levelPolicy(level: Level = "metadata"): Policy {
	if (level === "metadata") return defaultPolicy();
	const text = JSON.stringify({ level, rules: [{ rule: "default" }] });
	const observed: Decision = Object.freeze({
		rule: "default",
		level,
		acting: false,
		intent: false,
	});
	const acted: Decision = Object.freeze({ ...observed, acting: true });
	return {
		digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
		decide: (subject) => (subject.acting ? acted : observed),
	};
}
