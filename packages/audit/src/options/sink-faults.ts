import { patterns } from "@mcp-trail/event";
import type { Sink } from "../sink.ts";

const limitFloors = [
	["events", 1],
	["bytes", 1],
	["lingerMs", 0],
	["inFlight", 1],
] as const;
const sinkName = new RegExp(patterns.sinkName, "u");

/** What is wrong with a member of a sink (`""` = the sink itself), and the remedy. */
export interface SinkFault {
	readonly member: string;
	readonly problem: string;
	readonly remedy: string;
}

/** What is wrong with the shape of a sink. */
export function sinkFaults(sink: Sink): readonly SinkFault[] {
	if (typeof sink !== "object" || sink === null) {
		return [{ member: "", problem: "is not a sink", remedy: "give what a sink's factory returns" }];
	}
	const faults: SinkFault[] = [];
	const wrong = (member: string, problem: string, remedy: string): void => {
		faults.push({ member, problem, remedy });
	};
	if (typeof sink.name !== "string" || !sinkName.test(sink.name)) {
		wrong(".name", "is not a sink name", `give one that matches ${patterns.sinkName}`);
	}
	if (!["deduplicated", "at_least_once", "best_effort"].includes(sink.delivery)) {
		wrong(".delivery", "is not known", "give deduplicated, at_least_once or best_effort");
	}
	if (typeof sink.ordered !== "boolean") wrong(".ordered", "is not a boolean", "say true or false");
	if (typeof sink.write !== "function") wrong(".write", "is not a function", "give one");
	for (const name of ["probe", "close"] as const) {
		if (sink[name] !== undefined && typeof sink[name] !== "function") {
			wrong(`.${name}`, "is not a function", "give one, or leave it out");
		}
	}
	for (const [name, least] of limitFloors) {
		const value = sink.limits?.[name];
		if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
		wrong(`.limits.${name}`, `is not an integer from ${least}`, "give one, or leave it out");
	}
	if (sink.ordered && (sink.limits?.inFlight ?? 1) > 1) {
		wrong(".limits.inFlight", "is more than 1 on an ordered sink", "give 1, or say ordered: false");
	}
	return faults;
}
