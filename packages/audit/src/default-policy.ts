import { createHash } from "node:crypto";
import type { Decision, Policy } from "./policy.ts";

/** What the policy used where none is given can be told. */
export interface DefaultPolicyOptions {
	/** What is kept of who asked: ids, or keyed digests of them. @default "plain" */
	readonly principals?: "plain" | "digest";
}

const plain = '{"level":"metadata","rules":[{"rule":"default"}]}';
const digested = '{"level":"metadata","principals":"digest","rules":[{"rule":"default"}]}';

const observed: Decision = Object.freeze({
	rule: "default",
	level: "metadata",
	acting: false,
	intent: false,
});
const acted: Decision = Object.freeze({ ...observed, acting: true });

/** The policy used where none is given: level `metadata` for everybody, rule `default`, nothing gated. */
export function defaultPolicy(options: DefaultPolicyOptions = {}): Policy {
	const isDigest = options.principals === "digest";
	return {
		digest: `sha256:${createHash("sha256")
			.update(isDigest ? digested : plain)
			.digest("hex")}`,
		...(isDigest && { principals: "digest" }),
		decide: (subject) => (subject.acting ? acted : observed),
	};
}
