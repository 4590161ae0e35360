import { createHash } from "node:crypto";
import type { Decision, Policy } from "./policy.ts";

const text = '{"level":"metadata","rules":[{"rule":"default"}]}';

const observed: Decision = Object.freeze({
	rule: "default",
	level: "metadata",
	acting: false,
	intent: false,
});
const acted: Decision = Object.freeze({ ...observed, acting: true });

/** The policy used where none is given: level `metadata` for everybody, rule `default`, nothing gated. */
export function defaultPolicy(): Policy {
	return {
		digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
		decide: (subject) => (subject.acting ? acted : observed),
	};
}
