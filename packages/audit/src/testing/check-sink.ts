import assert from "node:assert/strict";
import { late, within } from "../delivery/waiting.ts";
import { nodeSystem } from "../system/node-system.ts";
import { checkFaultyDestination } from "./check-faulty-destination.ts";
import { checkSoundDestination } from "./check-sound-destination.ts";
import { never, type CheckSinkOptions, type SinkChecks } from "./sink-under-test.ts";

/**
 * Registers the checks that every sink must pass: valid shape, order, redelivery, nothing lost by a failure, permanent
 * refusals that name their events, heeding the signal within a second, `close`, silence, untouched batches, no handle
 * left open. Needs no particular test runner.
 *
 * @example
 * ```ts
 * checkSink({ test, make: () => ({ sink: mySink({ url }), received: () => destination.ids() }) });
 * ```
 */
export function checkSink(options: CheckSinkOptions): void {
	const { timers } = nodeSystem();
	const { cannot = [], patienceMs = 10_000 } = options;

	const soon: SinkChecks["soon"] = async (what, ms, work) => {
		const value = await within(timers, ms, work);
		if (value === late) assert.fail(`${what} did not settle within ${ms} ms`);
		return value;
	};
	const close: SinkChecks["close"] = (sink, what = "close") =>
		soon(what, patienceMs, (async () => sink.close?.(never()))());
	const checks: SinkChecks = {
		options,
		patienceMs,
		soon,
		close,
		write: (sink, batch) => soon("write", patienceMs, sink.write(batch, never())),
		can: (kind) => !cannot.includes(kind),
		check(name, run) {
			options.test(`sink: ${name}`, async () => {
				const tested = await options.make();
				try {
					await run(tested);
				} finally {
					await tested.fault?.("none");
					await close(tested.sink);
					await tested.dispose?.();
				}
			});
		},
	};
	checkSoundDestination(checks);
	checkFaultyDestination(checks);
}
