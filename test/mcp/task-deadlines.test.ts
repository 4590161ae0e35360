import type { StoredEvent } from "@mcp-trail/event";
import { AUDIT_EXTENSION, instrumentServer } from "@mcp-trail/mcp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { as, fakeAudit, type FakeAudit, generations, type Generation } from "./support.ts";

const START = new Date("2026-11-20T10:15:30.000Z");

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

type Answer = { readonly result?: object; readonly error?: object };

/** A server that answers as it is told to, in the words of either form of tasks. */
async function served(sdk: Generation, audit = fakeAudit(), authInfo?: object, name = "desk") {
	const server = instrumentServer(new sdk.Server({ name, version: "1.0.0" }), { audit });
	let next: Answer = {};
	Object.assign(server, {
		fallbackRequestHandler: async () => {
			if (next.error) throw Object.assign(new Error("no"), next.error);
			return next.result;
		},
	});
	const [, far] = sdk.pair();
	let refuses = false;
	const send = far.send.bind(far);
	far.send = async (...args) => {
		if (refuses) throw new Error("gone");
		await send(...args);
	};
	await server.connect(as(far));
	let id = 0;
	return {
		audit,
		exchange: async (
			method: string,
			params: object,
			answer: Answer,
			delivery: "sent" | "refused" = "sent",
		): Promise<void> => {
			id++;
			next = answer;
			refuses = delivery === "refused";
			far.onmessage?.(
				{ jsonrpc: "2.0", id, method, params },
				authInfo === undefined ? undefined : { authInfo },
			);
			await vi.advanceTimersByTimeAsync(0);
		},
		notify: (method: string, params: object) => void far.send({ jsonrpc: "2.0", method, params }),
	};
}

const task = (taskId: string, more: object = {}) => ({
	taskId,
	status: "working",
	createdAt: START.toISOString(),
	lastUpdatedAt: START.toISOString(),
	ttl: 60_000,
	...more,
});
const created = (taskId: string, more: object = {}) => ({ result: { task: task(taskId, more) } });
const got = (taskId: string, more: object = {}) => ({ result: task(taskId, more) });
const unknown = { error: { code: -32602, message: "Task not found" } };

const changes = ({ events }: FakeAudit): StoredEvent[] =>
	events.filter(({ type }) => type === "mcp.task.changed");

describe.each(generations)("$name: tasks and time", (sdk) => {
	it("[system.expiry] [complete.task_expiry] a task that nobody read expires at its deadline, as inferred", async () => {
		const { audit, exchange } = await served(sdk);
		await exchange("tools/call", { name: "report" }, created("t1"));
		await exchange("tasks/get", { taskId: "t1" }, got("t1", { status: "completed" }));
		await vi.advanceTimersByTimeAsync(59_000);
		expect(changes(audit)).toHaveLength(2);
		await vi.advanceTimersByTimeAsync(1_500);
		const [made] = audit.outcomes("tools/call");
		const last = changes(audit).at(-1);
		expect(last).toMatchObject({
			time: "2026-11-20T10:16:30.000Z",
			task: {
				status: "expired",
				previous_status: "completed",
				ttl_ms: 60_000,
				origin_event_id: made?.id,
				retrieved: false,
				inferred: true,
			},
		});
		expect(changes(audit)).toHaveLength(3);
		await vi.advanceTimersByTimeAsync(1_000_000);
		expect(changes(audit)).toHaveLength(3);
		expect(vi.getTimerCount()).toBe(0);
	});

	it("[complete.task_expiry] nothing is lost of a task that was read or called off: its deadline is no event", async () => {
		const { audit, exchange } = await served(sdk);
		await exchange("tools/call", { name: "report" }, created("t1"));
		await exchange("tasks/result", { taskId: "t1" }, { result: { content: [] } });
		await exchange("tools/call", { name: "report" }, created("t2"));
		await exchange("tasks/cancel", { taskId: "t2" }, got("t2", { status: "cancelled" }));
		await vi.advanceTimersByTimeAsync(120_000);
		expect(changes(audit).map(({ task: told }) => told?.status)).toEqual([
			"working",
			"completed",
			"working",
			"cancelled",
		]);
	});

	it("[complete.task_expiry] an owner that does not know the task any more says it has expired; to a stranger it does not", async () => {
		const audit = fakeAudit();
		const mine = await served(sdk, audit, { token: "a", clientId: "mine", scopes: [] });
		const theirs = await served(sdk, audit, { token: "b", clientId: "theirs", scopes: [] });
		await mine.exchange("tools/call", { name: "report" }, created("t1"));
		await theirs.exchange("tasks/get", { taskId: "t1" }, unknown);
		expect(changes(audit)).toHaveLength(1);
		await mine.exchange("tasks/get", { taskId: "t1" }, unknown);
		expect(changes(audit).at(-1)?.task).toMatchObject({
			status: "expired",
			previous_status: "working",
			retrieved: false,
		});
		expect(changes(audit).at(-1)?.task).not.toHaveProperty("inferred");
		// Both were refused, each by its own event.
		expect(audit.outcomes("tasks/get").map(({ outcome }) => outcome?.status)).toEqual([
			"rejected",
			"rejected",
		]);
	});

	it("[complete.task_owners] what a stranger is refused says nothing of a task, and what he does is not told in its owner's name", async () => {
		const audit = fakeAudit();
		const mine = await served(sdk, audit, { token: "a", clientId: "mine", scopes: [] });
		const theirs = await served(sdk, audit, { token: "b", clientId: "theirs", scopes: [] });
		await mine.exchange("tools/call", { name: "report" }, created("t1"));
		await theirs.exchange("tasks/result", { taskId: "t1" }, unknown);
		await theirs.exchange(
			"tasks/result",
			{ taskId: "t1" },
			{ error: { code: -32603, message: "" } },
		);
		expect(changes(audit)).toHaveLength(1);
		await theirs.exchange("tasks/get", { taskId: "t1" }, got("t1", { status: "completed" }));
		expect(changes(audit).at(-1)).toMatchObject({
			actor: { auth: { client_id: "theirs" } },
			task: { status: "completed", previous_status: "working" },
		});
		await vi.advanceTimersByTimeAsync(61_000);
		expect(changes(audit).at(-1)).toMatchObject({
			actor: { auth: { client_id: "mine" } },
			task: { status: "expired", inferred: true },
		});
	});

	it("[complete.task_owners] what a stranger reads is told, and leaves the task unread by its owner", async () => {
		const audit = fakeAudit();
		const mine = await served(sdk, audit, { token: "a", clientId: "mine", scopes: [] });
		const theirs = await served(sdk, audit, { token: "b", clientId: "theirs", scopes: [] });
		await mine.exchange("tools/call", { name: "report" }, created("t1"));
		await theirs.exchange("tasks/result", { taskId: "t1" }, { result: { content: [] } });
		expect(changes(audit).at(-1)).toMatchObject({
			actor: { auth: { client_id: "theirs" } },
			task: { status: "completed", retrieved: true },
		});
		await mine.exchange("tasks/result", { taskId: "t1" }, { result: { content: [] } });
		expect(changes(audit).at(-1)).toMatchObject({
			actor: { auth: { client_id: "mine" } },
			task: { status: "completed", retrieved: true },
		});
		expect(changes(audit)).toHaveLength(3);
	});

	it("[complete.tasks] the error that a task ended with is read as its result; that there is no such task is not its end", async () => {
		const { audit, exchange } = await served(sdk);
		await exchange("tools/call", { name: "report" }, created("t1"));
		await exchange("tasks/get", { taskId: "t1" }, got("t1", { status: "failed" }));
		const broken = { error: { code: -32603, message: "broken" } };
		await exchange("tasks/result", { taskId: "t1" }, broken);
		expect(changes(audit).at(-1)).toMatchObject({
			task: { status: "failed", previous_status: "failed", retrieved: true },
			outcome: { status: "failure", rpc_code: -32603 },
		});
		await exchange("tools/call", { name: "report" }, created("t2"));
		await exchange("tasks/result", { taskId: "t2" }, unknown);
		expect(changes(audit).at(-1)?.task).toMatchObject({
			status: "expired",
			previous_status: "working",
			retrieved: false,
		});
	});

	it("[complete.tasks] a task is told as made also where a notice of it came first, or its id was another's before", async () => {
		const { audit, exchange, notify } = await served(sdk);
		notify("notifications/tasks/status", task("t1", { status: "input_required" }));
		await exchange("tools/call", { name: "report" }, created("t1"));
		await exchange("tasks/get", { taskId: "t1" }, got("t1", { status: "completed" }));
		await exchange("tools/call", { name: "again" }, created("t1"));
		const [first, second] = audit.outcomes("tools/call");
		expect(
			changes(audit).map(({ task: told, target }) => [
				told?.previous_status,
				told?.status,
				told?.origin_event_id,
				target?.name,
			]),
		).toEqual([
			[undefined, "input_required", undefined, undefined],
			["input_required", "working", first?.id, "report"],
			["working", "completed", first?.id, "report"],
			[undefined, "working", second?.id, "again"],
		]);
		await vi.advanceTimersByTimeAsync(61_000);
		expect(changes(audit).at(-1)?.task).toMatchObject({
			status: "expired",
			origin_event_id: second?.id,
		});
	});

	it("[complete.task_owners] tasks of two servers are two, whatever their ids", async () => {
		const audit = fakeAudit();
		const one = await served(sdk, audit, undefined, "one");
		const two = await served(sdk, audit, undefined, "two");
		const client = { capabilities: {}, clientInfo: { name: "probe", version: "1" } };
		for (const server of [one, two])
			await server.exchange("initialize", { ...client, protocolVersion: "2025-11-25" }, {});
		for (const server of [one, two])
			await server.exchange("tools/call", { name: "report" }, created("t1"));
		for (const server of [one, two])
			await server.exchange("tasks/get", { taskId: "t1" }, got("t1", { status: "completed" }));
		expect(
			changes(audit).map(({ task: told, target }) => [target?.server?.name, told?.status]),
		).toEqual([
			["one", "working"],
			["two", "working"],
			["one", "completed"],
			["two", "completed"],
		]);
	});

	it("[bounded.task_polls] only polls are counted together that are answered alike, of one caller", async () => {
		const { audit, exchange } = await served(sdk);
		await exchange("tools/call", { name: "report" }, created("t1"));
		for (let poll = 0; poll < 3; poll++) {
			await exchange("tasks/get", { taskId: "t1" }, got("t1"));
			await vi.advanceTimersByTimeAsync(10);
		}
		await exchange("tasks/get", { taskId: "t1" }, got("t1"), "refused");
		await exchange("tasks/get", { taskId: "t1" }, got("t1", { status: "completed" }));
		expect(
			audit
				.outcomes("tasks/get")
				.map(({ count = 1, outcome }) => [count, outcome?.delivered ?? true]),
		).toEqual([
			[1, true],
			[1, false],
			[2, true],
			[1, true],
		]);
		const [, , many] = audit.outcomes("tasks/get");
		// The first of them began ten milliseconds after the first poll of all.
		expect(many?.start_time).toBe("2026-11-20T10:15:30.010Z");
		expect(many).not.toHaveProperty("duration_us");
	});

	it("[bounded.task_polls] a poll after the audit began to close is not held back", async () => {
		const closing = new AbortController();
		const { audit, exchange } = await served(
			sdk,
			Object.assign(fakeAudit(), { closing: closing.signal }),
		);
		await exchange("tools/call", { name: "report" }, created("t1"));
		for (let poll = 0; poll < 3; poll++) await exchange("tasks/get", { taskId: "t1" }, got("t1"));
		closing.abort();
		expect(audit.outcomes("tasks/get").map(({ count = 1 }) => count)).toEqual([1, 2]);
		await exchange("tasks/get", { taskId: "t1" }, got("t1"));
		await exchange("tools/call", { name: "report" }, created("t2"));
		expect(audit.outcomes("tasks/get").map(({ count = 1 }) => count)).toEqual([1, 2, 1]);
		// That of open requests looks once more.
		await vi.advanceTimersByTimeAsync(5_000);
		expect(vi.getTimerCount()).toBe(0);
	});

	it("[bounded.task_notices] a flood of notices buys a bounded number of events, and pushes out no task that was made", async () => {
		const { audit, exchange, notify } = await served(sdk);
		await exchange("tools/call", { name: "report" }, created("t1"));
		for (let id = 0; id < 12_000; id++)
			notify("notifications/tasks/status", task(`x${id}`, { status: "completed" }));
		for (let change = 0; change < 1_000; change++)
			notify(
				"notifications/tasks/status",
				task("t1", { status: change % 2 === 0 ? "input_required" : "working" }),
			);
		expect(changes(audit).length).toBeLessThan(600);
		await vi.advanceTimersByTimeAsync(61_000);
		const told = changes(audit);
		expect(told.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(13_002);
		expect(told.length).toBeLessThan(700);
		expect(told.at(-1)?.task).toMatchObject({ status: "expired", inferred: true });
	});

	it("[complete.task_stateless] a process that did not see the task made tells what it sees, and infers nothing", async () => {
		const { audit, exchange } = await served(sdk);
		await exchange("tasks/get", { taskId: "t1" }, got("t1"));
		expect(changes(audit)).toEqual([]);
		await exchange("tasks/get", { taskId: "t1" }, got("t1", { status: "failed" }));
		await exchange("tasks/result", { taskId: "t9" }, { result: { content: [], isError: true } });
		expect(
			changes(audit).map(({ task: told, outcome }) => [told?.status, outcome?.reason]),
		).toEqual([
			["failed", "internal_error"],
			["completed", "tool_error"],
		]);
		expect(changes(audit)[0]?.task).not.toHaveProperty("origin_event_id");
		await vi.advanceTimersByTimeAsync(120_000);
		expect(changes(audit)).toHaveLength(2);
	});

	it("[complete.task_notices] a status notification tells a change once; what has ended does not begin again", async () => {
		const { audit, exchange, notify } = await served(sdk);
		await exchange("tools/call", { name: "report" }, created("t1"));
		for (const status of ["working", "completed", "completed", "working"])
			notify("notifications/tasks/status", task("t1", { status }));
		await exchange("tasks/get", { taskId: "t1" }, got("t1"));
		expect(changes(audit).map(({ task: told }) => told?.status)).toEqual(["working", "completed"]);
		expect(changes(audit)[1]?.mcp?.method).toBe("notifications/tasks/status");
	});

	it.each(["notifications/tasks/status", "notifications/tasks"])(
		"[complete.task_operation] what its keeper tells of a task by %s is part of the call that made it, whatever block it carries",
		async (method) => {
			const { audit, exchange, notify } = await served(sdk);
			await exchange("tools/call", { name: "report" }, created("t1"));
			const block = { [AUDIT_EXTENSION]: { v: "1.0", operationId: "another" } };
			notify(method, task("t1", { status: "completed", _meta: block }));
			notify(method, task("t2", { status: "completed", _meta: block }));
			const [made] = audit.outcomes("tools/call");
			const [told] = audit.events.filter(({ type }) => type === "mcp.notification");
			const { id } = made?.operation ?? {};
			expect(id).toBeTypeOf("string");
			expect(told?.operation).toEqual({ id, source: "trace" });
			expect(changes(audit).map(({ operation }) => operation?.id)).toEqual([id, id, undefined]);
		},
	);

	it("[bounded.task_polls] polls are written after a minute, however long a task is polled, and kept for no longer than the table", async () => {
		const { audit, exchange } = await served(sdk);
		await exchange("tools/call", { name: "report" }, created("t1", { ttl: null }));
		for (let poll = 0; poll < 100; poll++) {
			await exchange("tasks/get", { taskId: "t1" }, got("t1", { ttl: null }));
			await vi.advanceTimersByTimeAsync(1_000);
		}
		const counts = audit.outcomes("tasks/get").map(({ count = 1 }) => count);
		expect(counts[0]).toBe(1);
		expect(counts).toHaveLength(2);
		await vi.advanceTimersByTimeAsync(61_000);
		const all = audit.outcomes("tasks/get").map(({ count = 1 }) => count);
		expect(all.reduce((sum, count) => sum + count, 0)).toBe(100);
		// A task without a deadline is forgotten a day after it was heard of last.
		await vi.advanceTimersByTimeAsync(25 * 60 * 60 * 1000);
		expect(vi.getTimerCount()).toBe(0);
		expect(changes(audit)).toHaveLength(1);
	});
});
