export { checkSink } from "./testing/check-sink.ts";
export type { CheckSinkOptions, SinkFaultKind, SinkUnderTest } from "./testing/check-sink.ts";
export { sampleEvents } from "./testing/sample-events.ts";
