import { isObject } from "../hook/frame.ts";
import { at } from "../describe/methods.ts";
import type { JsonObject } from "../json-object.ts";

const ID = ["_meta", "io.modelcontextprotocol/subscriptionId"] as const;
const MAX_TOPICS = 16;
const MAX_TASKS = 256;

/** The first message on a stream: what of the asked is granted. */
export const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

/** The id of the stream that carries a message: that of its `subscriptions/listen` request. */
export function subscriptionOf(params: JsonObject | undefined): string | number | undefined {
	const id = at(params, ID);
	return typeof id === "string" || typeof id === "number" ? id : undefined;
}

const topics = [
	["toolsListChanged", "tools_list_changed"],
	["promptsListChanged", "prompts_list_changed"],
	["resourcesListChanged", "resources_list_changed"],
	["resourceSubscriptions", "resource_updated"],
	["taskIds", "tasks"],
] as const;

/** What is granted, as words; of resources and tasks not which. */
export function topicsOf(params: JsonObject | undefined): readonly string[] {
	const asked = params?.["notifications"];
	if (!isObject(asked)) return [];
	return topics
		.filter(
			([name]) => asked[name] === true || (Array.isArray(asked[name]) && asked[name].length > 0),
		)
		.map(([, word]) => word)
		.slice(0, MAX_TOPICS);
}

/** How many notifications a stream carried, and which of them came twice or too late. */
export interface Tally {
	note(params: JsonObject | undefined): void;
	counts(): {
		readonly delivered: number;
		readonly duplicate?: number;
		readonly out_of_order?: number;
	};
}

/** Makes a tally. Of all notifications only those of tasks tell their order: by the time their state is of. */
export function tally(): Tally {
	const tasks = new Map<string, { readonly status: unknown; readonly updatedMs: number }>();
	let delivered = 0;
	let duplicate = 0;
	let outOfOrder = 0;

	function noteTask({ taskId, status, lastUpdatedAt }: JsonObject): void {
		if (typeof taskId !== "string" || typeof lastUpdatedAt !== "string") return;
		const updatedMs = Date.parse(lastUpdatedAt.slice(0, 64));
		if (Number.isNaN(updatedMs)) return;
		const key = taskId.slice(0, 256);
		const before = tasks.get(key);
		if (before !== undefined && updatedMs < before.updatedMs) {
			outOfOrder++;
			return;
		}
		if (before?.updatedMs === updatedMs && before.status === status) duplicate++;
		tasks.delete(key);
		tasks.set(key, { status, updatedMs });
		const [oldest] = tasks.size > MAX_TASKS ? tasks.keys() : [];
		if (oldest !== undefined) tasks.delete(oldest);
	}

	return {
		note(params) {
			delivered++;
			if (params !== undefined) noteTask(params);
		},
		counts: () => ({
			delivered,
			...(duplicate > 0 && { duplicate }),
			...(outOfOrder > 0 && { out_of_order: outOfOrder }),
		}),
	};
}
