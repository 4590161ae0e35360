import type { NewEvent } from "@mcp-trail/event";
import type { Direction } from "../observer.ts";
import type { Task } from "./task-table.ts";

/** Whose a task is: who had it made, by the event that says so. */
export function ownerOf({ actor }: Pick<NewEvent, "actor">): string {
	const { issuer, id, id_digest, tenant } = actor?.principal ?? {};
	return JSON.stringify([issuer, id ?? id_digest, tenant, actor?.auth?.client_id]);
}

/** What polls have in common that are counted together: who asked from where, and how it ended. */
export function pollOf({ actor, mcp, network, outcome }: NewEvent): string {
	return JSON.stringify([
		actor?.client,
		mcp?.session_digest,
		network?.client_address,
		outcome?.status,
		outcome?.reason,
		outcome?.http_status,
		outcome?.delivered,
	]);
}

/** True where an event is of the task's own principal, or its keeper's word. */
export function isOwn(task: Task, event: NewEvent): boolean {
	return task.owner === ownerOf(event) || isKeepers(task, event.mcp?.direction);
}

/** Whoever keeps a task tells of it against the way it was asked for. */
export const isKeepers = ({ direction }: Task, told: Direction | undefined): boolean =>
	direction !== undefined && told !== undefined && direction !== told;
