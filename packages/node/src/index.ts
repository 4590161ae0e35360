export { readConfig } from "./config/read-config.ts";
export type { ReadConfig } from "./config/read-config.ts";
export { NodeConfigError } from "./config/problems.ts";
export type { ConfigProblem } from "./config/problems.ts";
export type { NodeConfig } from "./config/schema.ts";
export type { Env } from "./env.ts";
