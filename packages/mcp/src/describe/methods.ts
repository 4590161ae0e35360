import { cleanText, type Reason, type Target } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { JsonObject } from "../json-object.ts";

/** Where a method's target, arguments and meaning stand in its params. */
export interface MethodFacts {
	readonly kind: Target["kind"];
	/** The params field (or path) that names the target. */
	readonly name?: readonly string[];
	readonly uri?: readonly string[];
	/** The params field that holds a task id: bearer-like, only ever digested. */
	readonly task?: readonly string[];
	/** The params field that is the request's body; absent = all params. */
	readonly body?: string;
	/** It acts or reads data; unknown methods count as acting. */
	readonly acting: boolean;
	/** What its result asks a person or another model for. */
	readonly input?: "elicitation" | "sampling" | "roots";
	/** Its result is a list of definitions: the member that holds it, and what they are of. */
	readonly list?: { readonly member: string; readonly kind: "tool" | "prompt" };
	/** It means more than itself (a task, a subscription, a list): what follows from it is told, too. */
	readonly followed?: true;
	/** What an unknown name is called in `outcome.reason`. */
	readonly unknown?: Reason;
}

const server = { kind: "server", acting: false } as const;
const task = { kind: "task", task: ["taskId"], followed: true, unknown: "unknown_task" } as const;

const skill = { kind: "skill", acting: true, followed: true } as const;

const methods: ReadonlyMap<string, MethodFacts> = new Map<string, MethodFacts>([
	["initialize", server],
	["ping", server],
	["server/discover", { ...server, followed: true }],
	["logging/setLevel", server],
	["tools/list", { ...server, followed: true, list: { member: "tools", kind: "tool" } }],
	["prompts/list", { ...server, followed: true, list: { member: "prompts", kind: "prompt" } }],
	["resources/list", { ...server, followed: true }],
	["resources/templates/list", { ...server, followed: true }],
	["skills/list", { ...server, followed: true }],
	["tasks/list", { ...server, followed: true }],
	[
		"tools/call",
		{ kind: "tool", name: ["name"], body: "arguments", acting: true, unknown: "unknown_tool" },
	],
	[
		"prompts/get",
		{ kind: "prompt", name: ["name"], body: "arguments", acting: true, unknown: "unknown_prompt" },
	],
	["resources/read", { kind: "resource", uri: ["uri"], acting: true, unknown: "unknown_resource" }],
	[
		"resources/subscribe",
		{
			kind: "resource",
			uri: ["uri"],
			acting: true,
			followed: true,
			unknown: "unknown_resource",
		},
	],
	["resources/unsubscribe", { kind: "resource", uri: ["uri"], acting: false, followed: true }],
	["resources/directory/read", { ...skill, uri: ["uri"] }],
	["skills/get", { ...skill, name: ["name"], uri: ["uri"] }],
	[
		"completion/complete",
		{ kind: "completion", name: ["ref", "name"], uri: ["ref", "uri"], acting: false },
	],
	["subscriptions/listen", { kind: "subscription", acting: false, followed: true }],
	["tasks/get", { ...task, acting: false }],
	["tasks/result", { ...task, acting: true }],
	["tasks/update", { ...task, acting: true }],
	["tasks/cancel", { ...task, acting: true }],
	["sampling/createMessage", { kind: "other", acting: true, input: "sampling" }],
	["elicitation/create", { kind: "other", acting: true, input: "elicitation" }],
	["roots/list", { kind: "other", acting: true, input: "roots" }],
]);

const other: MethodFacts = { kind: "other", acting: true };

/** What is known of a method; a method nobody has heard of is taken to act. */
export const factsOf = (method: string): MethodFacts => methods.get(method) ?? other;

/** True for a method that some revision or extension of MCP defines. */
export const isKnownMethod = (method: string): boolean => methods.has(method);

/** A method as events name it; those that are known need no cleaning. */
export const methodOf = (method: string): string =>
	methods.has(method) ? method : (cleanText(method, 128) ?? "?");

/** The value under a path of own members. */
export function at(value: JsonObject | undefined, path: readonly string[] | undefined): unknown {
	if (path === undefined) return undefined;
	let found: unknown = value;
	for (const key of path) {
		if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
		found = found[key];
	}
	return found;
}
