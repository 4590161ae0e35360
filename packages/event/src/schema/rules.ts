import type { z } from "zod";
import { isKnownType, requiredBlocks } from "../vocabulary.ts";

type Loose = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null;

/** The rules between members: what a type requires, and what one member's value asks of another. */
export function rules(context: z.core.ParsePayload): void {
	const event = context.value;
	if (!isObject(event)) return;
	const report = (path: readonly string[], rule: string, message: string): void => {
		context.issues.push({
			code: "custom",
			path: [...path],
			message,
			input: event,
			params: { rule },
		});
	};
	const type = String(event["type"]);
	const required: readonly string[] = isKnownType(type) ? requiredBlocks[type] : [];
	for (const name of required) {
		const [block = name, member] = name.split(".");
		const value = event[block];
		if (value === undefined) report([block], "required_block", `is required on ${type}`);
		else if (member !== undefined && isObject(value) && value[member] === undefined)
			report([block, member], "required_block", `is required on ${type}`);
	}
	if (event["phase"] !== undefined && type !== "mcp.request")
		report(["phase"], "phase_elsewhere", "belongs to mcp.request only; leave it out");
	if (event["phase"] === "outcome" && event["outcome"] === undefined)
		report(["outcome"], "required_block", "is required when phase is outcome");
	const outcome = event["outcome"];
	if (isObject(outcome) && outcome["status"] !== "success" && outcome["reason"] === undefined)
		report(["outcome", "reason"], "reason_missing", "is required unless the status is success");
	const integrity = event["integrity"];
	if (!isObject(integrity)) return;
	const first = integrity["sequence"] === 1;
	if (first && integrity["previous_hash"] !== undefined)
		report(["integrity", "previous_hash"], "previous_hash", "must be absent on sequence 1");
	if (!first && integrity["previous_hash"] === undefined)
		report(["integrity", "previous_hash"], "previous_hash", "is required after sequence 1");
}
