import { matrix } from "./matrix.ts";
import { httpSse } from "./pairs/http-sse.ts";
import { httpStateful } from "./pairs/http-stateful.ts";
import { httpStateless } from "./pairs/http-stateless.ts";
import { inMemory } from "./pairs/in-memory.ts";
import { websocket } from "./pairs/websocket.ts";
import { registerSpans } from "./recording.ts";

const spans = registerSpans();

matrix(spans, "in_memory", inMemory);
matrix(spans, "http_stateful", httpStateful);
matrix(spans, "http_stateless", httpStateless);
matrix(spans, "http_sse", httpSse);
matrix(spans, "websocket", websocket);
