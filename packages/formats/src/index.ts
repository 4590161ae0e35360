export type { Format, Projected } from "./format.ts";
