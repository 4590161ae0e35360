import type { Audit } from "@mcp-trail/audit";
import type { MethodFacts } from "../describe/methods.ts";
import { isObject } from "../hook/frame.ts";
import { followList } from "../definitions/follow-lists.ts";
import { followDiscovery } from "../discovery/follow-discovery.ts";
import { followSkill, knowsSkills } from "../discovery/follow-skill.ts";
import { followInputs } from "../inputs/follow-inputs.ts";
import type { Exchange } from "../observer.ts";
import { followSubscription } from "../subscriptions/subscriptions.ts";
import { followTasks } from "../tasks/follow-tasks.ts";
import type { Added, Following } from "./follower.ts";

const RELATED_TASK = "io.modelcontextprotocol/related-task";

/** True for a request of which something follows, whatever its answer. */
export function isFollowed(audit: Audit, exchange: Exchange, facts: MethodFacts): boolean {
	const { params, meta, method } = exchange;
	if (facts.followed === true || (method === "resources/read" && knowsSkills(audit))) return true;
	return params?.["inputResponses"] !== undefined || meta?.[RELATED_TASK] !== undefined;
}

/** True for an answer that is not final: a task in its place, or a question. */
export function isFollowedFor(result: unknown): boolean {
	if (!isObject(result)) return false;
	const { resultType, task } = result;
	return (resultType !== undefined && resultType !== "complete") || isObject(task);
}

/** Asks all; what one of them throws concerns the others as little as the request. */
function all(list: readonly Following[], onFault: (fault: unknown) => void): Following {
	function each(ask: (one: Following) => void): void {
		for (const one of list)
			try {
				ask(one);
			} catch (fault) {
				onFault(fault);
			}
	}
	return {
		answered: (response, listed) => each((one) => one.answered?.(response, listed)),
		adds(ending) {
			let added: Added = {};
			each((one) => void (added = { ...added, ...one.adds?.(ending) }));
			return added;
		},
		counts(event, ending, decision) {
			let isCounted = false;
			each((one) => void (isCounted ||= one.counts?.(event, ending, decision) === true));
			return isCounted;
		},
		ended: (event, ending) => each((one) => one.ended?.(event, ending)),
	};
}

const every: readonly ((
	audit: Audit,
	exchange: Exchange,
	facts: MethodFacts,
) => Following | undefined)[] = [
	followTasks,
	followInputs,
	followList,
	followDiscovery,
	followSkill,
	followSubscription,
];

/** Makes what follows the requests of an audit beyond themselves. */
export function followers(
	audit: Audit,
	onFault: (fault: unknown) => void,
): (exchange: Exchange, facts: MethodFacts) => Following {
	return (exchange, facts) => {
		const list: Following[] = [];
		for (const follow of every)
			try {
				const one = follow(audit, exchange, facts);
				if (one) list.push(one);
			} catch (fault) {
				onFault(fault);
			}
		return all(list, onFault);
	};
}
