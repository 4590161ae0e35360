export { cloudEventHeaders } from "./cloudevents-attributes.ts";
export type { CloudEventFacts } from "./cloudevents-attributes.ts";
export { cloudEvents } from "./cloudevents.ts";
export { ecs } from "./ecs.ts";
export type { Format, Projected } from "./format.ts";
export { formats } from "./formats.ts";
export { ocsf18, ocsf19 } from "./ocsf/ocsf.ts";
export type { Fields } from "./table.ts";
