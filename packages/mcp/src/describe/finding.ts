import {
	findingRules,
	inMemberOrder,
	severityOf,
	type FindingDetail,
	type FindingRule,
	type NewEvent,
} from "@mcp-trail/event";

/** What a finding of a rule says; every rule is one that observes facts, not likelihoods. */
export const findingOf = (rule: FindingRule): FindingDetail => ({
	rule,
	title: findingRules[rule],
	confidence: "high",
});

/** The finding that one event brought about: whose, over what and within what stay the same. */
export function findingFrom(rule: FindingRule, event: NewEvent): NewEvent {
	const { id, time, actor, target, mcp, operation, trace, recording, network } = event;
	const { connection, authorization } = event;
	return inMemberOrder({
		...(time !== undefined && { time }),
		type: "mcp.finding",
		severity: severityOf("mcp.finding"),
		...(actor && { actor }),
		...(target && { target }),
		...(mcp && { mcp }),
		...(operation && { operation }),
		...(trace && { trace }),
		...(recording && { recording }),
		...(network && { network }),
		...(connection && { connection }),
		...(authorization && { authorization }),
		finding: { ...findingOf(rule), ...(id !== undefined && { event_ids: [id] }) },
	});
}
