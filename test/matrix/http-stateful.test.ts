import { matrix } from "./matrix.ts";
import { httpStateful } from "./pairs/http-stateful.ts";

matrix("http_stateful", httpStateful);
