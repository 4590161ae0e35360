export { httpEdge } from "./http/http-edge.ts";
export type { HonoContext, HttpEdge, HttpEdgeOptions } from "./http/http-edge.ts";
export type { TrustedHops } from "./http/client-address.ts";
export type { OnWarning } from "./warnings.ts";
export { watchProcessHttp } from "./http/watch-process.ts";
export type { WatchProcessHttpOptions } from "./http/watch-process.ts";
