import type { Decision } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import type { Taken } from "../describe/describe.ts";
import type { Ending } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import type { Listed } from "./definitions.ts";

/** What an answer may add to the event of its request. */
export type Added = Partial<Pick<Taken, "task" | "subscription" | "skill">>;

/** Watches what one request means beyond itself: a task, a subscription, an input, a definition. */
export interface Following {
	/** The answer, before anybody can change it: what is needed of it is taken now. */
	answered?(response: JsonObject, listed: Listed | undefined): void;
	/** What it knows of the request's own event; asked once, when the request ends. */
	adds?(ending: Ending): Added | undefined;
	/** True: it counts the event into one that it holds. */
	counts?(event: NewEvent, ending: Ending, decision: Decision): boolean;
	/** The request's event is recorded: what follows from it comes now. */
	ended?(event: NewEvent, ending: Ending): void;
}
