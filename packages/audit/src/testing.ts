export { checkSink } from "./testing/check-sink.ts";
export type { CheckSinkOptions, SinkFaultKind, SinkUnderTest } from "./testing/sink-under-test.ts";
export { sampleEvents } from "./testing/sample-events.ts";
export { checkTrail } from "./testing/check-trail.ts";
export type { TrailCheckOptions } from "./testing/check-trail.ts";
export type { TrailCheckLimits, TrailUnderCheck } from "./testing/trail-check-kit.ts";
export { seededRandom } from "./testing/seeded-random.ts";
export type { SeededRandom } from "./testing/seeded-random.ts";
export type { SimulatedDisk } from "./testing/simulated-disk.ts";
export { simulatedSystem, simulatedWorld } from "./testing/simulated-world.ts";
export type {
	SimulatedFaults,
	SimulatedProcess,
	SimulatedWorld,
} from "./testing/simulated-world.ts";
