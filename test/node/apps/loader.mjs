// Another's hooks, such as those of OpenTelemetry, which have a thread in Node 20.
import { register } from "node:module";

const hooks = "export const load = (url, context, next) => next(url, context);";
register(new URL(`data:text/javascript,${hooks}`));
