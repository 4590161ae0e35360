import type { z } from "zod";
import { isKnownType, requiredBlocks } from "../vocabulary.ts";

type Loose = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null;

/** The rules between members that a reader holds too: required blocks, reasons, the chain's start. */
export function rules(context: z.core.ParsePayload): void {
	const event = context.value;
	if (!isObject(event)) return;
	const report = reporter(context);
	requireBlocks(event, report);
	const outcome = event["outcome"];
	if (isObject(outcome) && outcome["status"] !== "success" && outcome["reason"] === undefined)
		report(["outcome", "reason"], "missing_reason", "is required unless the status is success");
	const integrity = event["integrity"];
	if (!isObject(integrity)) return;
	const first = integrity["sequence"] === 1;
	if (first && integrity["previous_hash"] !== undefined)
		report(["integrity", "previous_hash"], "previous_hash", "must be absent on sequence 1");
	if (!first && integrity["previous_hash"] === undefined)
		report(["integrity", "previous_hash"], "previous_hash", "is required after sequence 1");
}

/** The rules between members of a writer. */
export function writerRules(context: z.core.ParsePayload): void {
	rules(context);
	const event = context.value;
	if (isObject(event) && event["phase"] !== undefined && event["type"] !== "mcp.request")
		reporter(context)(["phase"], "misplaced_phase", "belongs to mcp.request only; leave it out");
}

type Report = (path: readonly string[], rule: string, message: string) => void;

function reporter(context: z.core.ParsePayload): Report {
	return (path, rule, message) => {
		const issue = { code: "custom" as const, path: [...path], message, params: { rule } };
		context.issues.push({ ...issue, input: context.value });
	};
}

function requireBlocks(event: Loose, report: Report): void {
	const type = event["type"];
	const required: readonly string[] = isKnownType(type) ? requiredBlocks[type] : [];
	for (const name of required) {
		const [block = name, member] = name.split(".");
		const value = event[block];
		const path = member === undefined ? [block] : [block, member];
		const held = member !== undefined && isObject(value) ? value[member] : value;
		if (held === undefined) report(path, "missing_block", `is required on ${String(type)}`);
	}
	if (type === "mcp.request" && event["phase"] === "outcome" && event["outcome"] === undefined)
		report(["outcome"], "missing_block", "is required where phase is outcome");
}
