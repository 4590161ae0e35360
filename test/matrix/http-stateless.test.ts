import { matrix } from "./matrix.ts";
import { httpStateless } from "./pairs/http-stateless.ts";

matrix("http_stateless", httpStateless);
