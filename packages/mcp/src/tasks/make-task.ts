import type { NewEvent, Operation } from "@mcp-trail/event";
import type { Connection } from "../peer-connection.ts";
import type { TaskSeen } from "./read-task.ts";
import { ownerOf } from "./task-callers.ts";
import type { Task } from "./task-table.ts";

/** What a message showed of a task. */
export interface Shown {
	/** `hmac-sha256:…` of the id. */
	readonly digest: string;
	readonly state: TaskSeen;
	/** The request that this answers made the task. */
	readonly isCreated?: boolean;
	/** The final result was handed over. */
	readonly isRetrieved?: boolean;
}

/** A clock that is further off than this is not counted by. */
const MAX_SKEW_MS = 60_000;

/** By which a server without an identity is told from others, where it has said it. */
export const nameOf = (connection: Connection): string | undefined =>
	connection.reached?.id === undefined ? connection.server()?.name : undefined;

/** Which operation an event belongs to, without what is only its own. */
function operationOf({ operation }: NewEvent): Operation | undefined {
	if (operation === undefined) return undefined;
	const {
		intent_id: _i,
		parent_event_id: _p,
		peer_event_id: _e,
		retry_reason: _r,
		...rest
	} = operation;
	return rest;
}

/** A deadline by this clock: the owner's, where it is near. */
function deadlineOf({ ttlMs, createdAtMs }: TaskSeen): number | undefined {
	if (ttlMs === undefined) return undefined;
	const nowMs = Date.now();
	const isNear = createdAtMs !== undefined && Math.abs(createdAtMs - nowMs) <= MAX_SKEW_MS;
	return (isNear ? createdAtMs : nowMs) + ttlMs;
}

/** Makes a task of the first that was seen of it. */
export function makeTask(
	key: string,
	server: string | undefined,
	shown: Shown,
	event: NewEvent,
): Task {
	const { state, digest, isCreated = false } = shown;
	return {
		key,
		digest,
		status: state.status,
		ttlMs: state.ttlMs,
		expiresMs: isCreated ? deadlineOf(state) : undefined,
		owner: ownerOf(event),
		server,
		originId: isCreated ? event.id : undefined,
		operation: isCreated ? operationOf(event) : undefined,
		direction: event.mcp?.direction,
		name: isCreated ? event.target?.name : undefined,
		retrieved: false,
		from: event,
		polls: new Map(),
		touchedMs: 0,
	};
}
