export type { Env } from "./env.ts";
export type { ExitCode, Io, Output } from "./io.ts";
export { run } from "./program.ts";
