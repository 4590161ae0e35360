// Another's hooks, such as those of OpenTelemetry, which have a thread in Node 20.
import { register } from "node:module";

register("data:text/javascript,export const load = (url, context, next) => next(url, context);");
