import {
	severityOf,
	type AuditEvent,
	type CheckpointDetail,
	type NewEvent,
} from "@mcp-trail/event";
import type { Audit, CloseReport, Health } from "./audit.ts";
import { AuditError, isCoded, messageOf, type CodedError } from "./audit-error.ts";
import type { AuditOptions } from "./audit-options.ts";
import { closeAudit } from "./close-audit.ts";
import { defaultPolicy } from "./default-policy.ts";
import { deadLetters } from "./delivery/dead-letters.ts";
import { lane, type Lane } from "./delivery/lane.ts";
import { refusalDetails } from "./delivery/refusal-details.ts";
import { late, unlessAborted } from "./delivery/waiting.ts";
import { digesterFor } from "./keys/digester-for.ts";
import type { Decision } from "./policy.ts";
import { completion } from "./recording/completion.ts";
import { insist } from "./recording/insist.ts";
import { preparation } from "./recording/preparation.ts";
import { recorder } from "./recording/recorder.ts";
import { secured } from "./recording/secured.ts";
import { reporter } from "./reporting.ts";
import { checkOptions } from "./options/check-options.ts";
import { producerOf, startedConfig, timesOf } from "./options/settled.ts";
import { nodeSystem } from "./system/node-system.ts";
import type { Trail, TrailHealth } from "./trail.ts";
import { exitOf } from "./trail/exit-way.ts";
import { memoryTrail } from "./trail/memory-trail.ts";

/** A trail that is not open by then is told of. */
const LATE_MS = 5_000;

const lateMessage = (queued: number): string =>
	`the trail is not open after ${LATE_MS / 1_000} seconds: ${queued} event${queued === 1 ? " waits" : "s wait"} in memory. See whether the disk of its folder answers`;

const MEMORY_ONLY =
	"neither a trail nor a sink is given: events are in memory only, and gone with the process. Give trail: fileTrail({ dir }), or memoryTrail() where that is meant";

/** What a decision is for an event that no policy was asked about. */
const UNDECIDED: Decision = Object.freeze({
	rule: "default",
	level: "metadata",
	acting: false,
	intent: false,
});
const SECURED: Decision = Object.freeze({ ...UNDECIDED, acting: true });

/**
 * Opens an audit: a trail, and a lane from it to every sink. Returns at once; what is recorded before `ready` waits
 * within the bound of `maxQueueEvents` and `maxQueueBytes`. Throws a TypeError that names the option and the remedy
 * where options are misused; after that nothing throws into the host: see `onError` and {@link Audit.health}.
 *
 * Records `trail.started`, a `trail.checkpoint` every `checkpointEveryMs` (in empty intervals, too) and, on close,
 * `trail.stopped`. No validator runs on what is recorded: events are built valid, see `judge` for development.
 *
 * @example
 * ```ts
 * const audit = openAudit({ service: "tickets", trail: fileTrail({ dir: "/var/lib/tickets/audit" }) });
 * instrumentServer(server, { audit });
 * process.once("SIGTERM", () => void audit.close());
 * ```
 */
export function openAudit(options: AuditOptions): Audit {
	checkOptions(options);
	const system = options.system ?? nodeSystem();
	const { clock, timers } = system;
	const policy = options.policy ?? defaultPolicy();
	const digester = digesterFor(options.digestKeys, system);
	const report = reporter(options.onError, clock);
	const complete = completion({
		producer: producerOf(options, system.process.host),
		...(options.labels === undefined ? {} : { labels: Object.freeze({ ...options.labels }) }),
		system,
	});
	const events = recorder({
		system,
		maxEvents: options.maxQueueEvents ?? 10_000,
		maxBytes: options.maxQueueBytes ?? 33_554_432,
		onError: report,
	});
	let state: Health["state"] = "opening";
	/** There is no trail, and none will be, whatever `state` becomes. */
	let hasFailed = false;
	let trail: Trail | undefined;
	const ending = new AbortController();
	const lastCall = new AbortController();
	let cancelCheckpoint: (() => void) | undefined;

	const prepare = preparation({ complete, policy, judge: options.judge, onError: report });

	/** Appends an event of the trail's own; what fails is counted and reported by the recorder. */
	const note = async (event: Omit<NewEvent, "severity">): Promise<void> => {
		const whole = complete({ ...event, severity: severityOf(event.type) });
		await events.append(whole, "own").catch(() => undefined);
	};

	const openTrail = options.trail ?? memoryTrail();
	const opening = (async () => {
		return openTrail({
			system,
			readers: (options.sinks ?? []).map(({ name }) => name),
			complete,
			onError: (error) => report(trailError(error)),
		});
	})();

	const recorded = (): number => trail?.health().head?.sequence ?? 0;
	const lanes: readonly Lane[] = (options.sinks ?? []).map((sink) =>
		lane({
			system,
			sink,
			times: timesOf(options),
			deadLetters: deadLetters(sink.name, options.deadLetters, system),
			open: async () => (await opening).reader(sink.name),
			recorded,
			async recordRefused(refused) {
				for (const detail of refusalDetails(sink.name, refused)) {
					const { events: many, code } = detail;
					report(new AuditError("sink_refused", `sink ${sink.name}: ${many} refused with ${code}`));
					await note({ type: "trail.sink_refused", sink: detail });
				}
			},
			onError: report,
		}),
	);

	const checkpoint = (): CheckpointDetail => ({
		events: recorded(),
		lost: events.counts().lost,
		undelivered: Math.max(0, ...lanes.map((one) => one.health().lagEvents)),
	});
	const armCheckpoint = (): void => {
		const { checkpointEveryMs = 60_000 } = options;
		cancelCheckpoint = timers.after(checkpointEveryMs, checkpointDue, { ref: false });
	};

	const checkpointDue = (): void => {
		armCheckpoint();
		void note({ type: "trail.checkpoint", checkpoint: checkpoint() });
	};

	const started = (durability: TrailHealth["durability"]): AuditEvent =>
		complete({
			type: "trail.started",
			severity: severityOf("trail.started"),
			config: startedConfig(options, policy, digester, durability),
		});
	/** Said once, however the end comes. */
	let saysStopped = false;
	const stopped = (): Omit<NewEvent, "severity"> => {
		saysStopped = true;
		return { type: "trail.stopped", checkpoint: checkpoint() };
	};

	const start = async (): Promise<void> => {
		const opened = await opening;
		trail = opened;
		if (options.trail === undefined && lanes.length === 0)
			report(new AuditError("memory_only", MEMORY_ONLY));
		// Cursors come first: a trail keeps what a reader has not read.
		await Promise.all(lanes.map((one) => one.open()));
		const first = started(opened.health().durability);
		// A stream that does not say by what it was recorded is worth little: this one is not given up.
		events.open(opened, () => void insist(first, events, timers, ending.signal));
		for (const one of lanes) one.start();
		if (state !== "opening") return;
		state = "open";
		armCheckpoint();
	};

	// A disk that never answers, such as one of a network that is gone, must not be waited for in silence.
	const opensLate = timers.after(
		LATE_MS,
		() => report(new AuditError("open_late", lateMessage(events.counts().queued))),
		{ ref: false },
	);
	const ready = start()
		.catch((error: unknown) => {
			hasFailed = true;
			state = "failed";
			events.fail();
			report(
				new AuditError("open_failed", `the trail could not be opened: ${messageOf(error)}`, error),
			);
		})
		.finally(opensLate);

	/** The stream has its end: nothing is left to be done when the process ends. */
	let ended = false;
	let closing: Promise<CloseReport> | undefined;
	const close = async (signal?: AbortSignal): Promise<CloseReport> => {
		lastCall.abort();
		if (!hasFailed) state = "closing";
		events.stop();
		ending.abort();
		cancelCheckpoint?.();
		const result = await closeAudit({
			system,
			timeoutMs: options.closeTimeoutMs ?? 10_000,
			signal,
			lanes,
			ready,
			trail: () => trail,
			noteStopped: () => note(stopped()),
			counts: () => events.counts(),
			onError: report,
		});
		state = "closed";
		ended ||= result.clean;
		return result;
	};

	const closeSync = (): void => {
		const { exitFiles } = system;
		if (ended || hasFailed || exitFiles === undefined) return;
		lastCall.abort();
		const exit = exitOf(openTrail);
		const way = exit?.way();
		if (exit === undefined || way === undefined) return;
		events.stop();
		ending.abort();
		try {
			const early = events.leave();
			const before = early && [started(exit.durability), ...early.map(complete)];
			const last = saysStopped
				? []
				: [complete({ ...stopped(), severity: severityOf("trail.stopped") })];
			way([...(before ?? []), ...last], exitFiles);
		} catch (error) {
			report(
				new AuditError("close_incomplete", `ending with the process: ${messageOf(error)}`, error),
			);
		}
		state = "closed";
		ended = true;
	};

	/** Resolves when the trail takes events. */
	const accepting = async (): Promise<void> => {
		await ready;
		if (state === "open") return;
		if (state === "failed") {
			throw new AuditError("trail_failed", "the trail could not be opened; see onError");
		}
		throw new AuditError("closed", "the audit is closing or closed");
	};

	return {
		ready,
		policy,
		digester,
		closing: lastCall.signal,
		record(event, decision = UNDECIDED) {
			try {
				const kept = prepare(event, decision);
				events.take(kept.event, decision.acting, kept.bytes);
			} catch (error) {
				events.lose("invalid_event", decision?.acting ?? false, messageOf(error));
			}
		},
		async secure(event, need, signal, decision = SECURED) {
			const kept = prepare(event, decision);
			return secured(kept.event, need, signal, {
				timers,
				lanes,
				opened: accepting,
				append: (complete_) => events.append(complete_, "acting"),
			});
		},
		health: () => ({
			state,
			...events.counts(),
			...(trail === undefined ? {} : { trail: trail.health() }),
			lanes: lanes.map((one) => one.health()),
		}),
		async flush(signal) {
			if ((await unlessAborted(accepting(), signal)) === late || trail === undefined) {
				throw signal.reason;
			}
			await trail.flush(signal);
			const { streamId, head } = trail.health();
			if (head === undefined) return;
			const { sequence } = head;
			await Promise.all(lanes.map((one) => one.reached({ streamId, sequence }, signal)));
		},
		close: (signal) => (closing ??= close(signal)),
		closeSync,
	};
}

/** An error of the trail's as `onError` gets it. */
function trailError(error: Error): CodedError {
	return isCoded(error) ? error : new AuditError("trail_failed", messageOf(error), error);
}
