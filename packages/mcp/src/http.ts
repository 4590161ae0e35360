export { httpEdge } from "./http/http-edge.ts";
export type { HonoContext, HttpEdge, HttpEdgeOptions } from "./http/http-edge.ts";
export type { TrustedHops } from "./http/client-address.ts";
export type { OnWarning } from "./warnings.ts";
