export { ecs } from "./ecs.ts";
export type { Format, Projected } from "./format.ts";
export { formats } from "./formats.ts";
export type { Fields } from "./table.ts";
