import { createHash } from "node:crypto";
import { defaultPolicy, type Decision, type Level, type Policy } from "@mcp-trail/audit";

/** The policy that keeps every call at one level, and names who asks in one way. */
export function levelPolicy(
	level: Level = "metadata",
	principals: NonNullable<Policy["principals"]> = "plain",
): Policy {
	if (level === "metadata") return defaultPolicy({ principals });
	const isDigest = principals === "digest";
	const text = JSON.stringify({
		level,
		...(isDigest && { principals }),
		rules: [{ rule: "default" }],
	});
	const observed: Decision = Object.freeze({
		rule: "default",
		level,
		acting: false,
		intent: false,
	});
	const acted: Decision = Object.freeze({ ...observed, acting: true });
	return {
		digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
		...(isDigest && { principals }),
		decide: (subject) => (subject.acting ? acted : observed),
	};
}
